//! A pickle machine that builds data and calls nothing.

use std::collections::BTreeMap;

use super::globals::Global;
use super::value::{Id, Pickle, Value};
use crate::Fault;
use crate::cursor::Cursor;

/// Values a pickle may make. A ResNet-50 with its optimiser makes a few ten thousand; a bound is needed because one
/// byte of a pickle makes a value of some forty.
pub(super) const MAX_VALUES: usize = 2_000_000;

/// Reads the pickle that starts at `at`.
///
/// # Errors
/// [`Fault`]: a name beyond the list, an unknown instruction, wrong operands, too many values, or the end of the file.
pub(super) fn read(bytes: &[u8], at: usize) -> Result<Pickle<'_>, Fault> {
    let mut machine = Machine::new(Cursor::new(bytes, at, "a pickle"));
    while let Some(code) = machine.next()? {
        machine.step(code)?;
    }
    machine.code = b'.';
    let root = machine.pop()?;
    Ok(Pickle { values: machine.values, root, end: machine.input.at() })
}

/// The state between two instructions.
pub(super) struct Machine<'a> {
    pub(super) input: Cursor<'a>,
    pub(super) values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// Heights of the stack at which a group began.
    marks: Vec<usize>,
    memo: BTreeMap<u64, Id>,
    /// Values made and entries remembered: what memory is bounded by.
    spent: usize,
    code: u8,
    code_at: usize,
}

impl<'a> Machine<'a> {
    fn new(input: Cursor<'a>) -> Self {
        let (stack, marks, memo) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { input, values: Vec::new(), stack, marks, memo, spent: 0, code: 0, code_at: 0 }
    }

    /// The next instruction; `None` at the end of the pickle.
    fn next(&mut self) -> Result<Option<u8>, Fault> {
        self.code_at = self.input.at();
        self.code = self.input.u8()?;
        Ok((self.code != b'.').then_some(self.code))
    }

    /// The instructions of protocols 2 to 5. Those of 0 and 1 are text; `torch.save` has always used 2 unless told.
    fn step(&mut self, code: u8) -> Result<(), Fault> {
        match code {
            0x80 => self.input.u8().map(drop),
            0x95 => self.input.u64().map(drop),
            b'(' => {
                self.spend(1)?;
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' => self.pop().map(drop),
            b'1' => self.pop_group().map(drop),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
                self.spend(1)
            }
            b'N' => self.push(Value::Other),
            0x88 => self.push(Value::Bool(true)),
            0x89 => self.push(Value::Bool(false)),
            b'J' => {
                let value = self.input.u32()?.cast_signed();
                self.push(Value::Int(value.into()))
            }
            b'K' => self.input.u8().and_then(|value| self.push(Value::Int(value.into()))),
            b'M' => self.input.u16().and_then(|value| self.push(Value::Int(value.into()))),
            0x8a => {
                let len = self.input.u8()?;
                self.long(len.into())
            }
            0x8b => {
                let len = self.input.u32()?;
                self.long(len.into())
            }
            b'G' => self.skip(8),
            b'X' | b'T' => {
                let len = self.input.u32()?;
                self.text(len.into())
            }
            0x8c | b'U' => {
                let len = self.input.u8()?;
                self.text(len.into())
            }
            0x8d => {
                let len = self.input.u64()?;
                self.text(len)
            }
            b'C' => self.input.u8().and_then(|len| self.skip(len.into())),
            b'B' => self.input.u32().and_then(|len| self.skip(len.into())),
            0x8e | 0x96 => self.input.u64().and_then(|len| self.skip(len)),
            b'q' => self.input.u8().and_then(|slot| self.remember(slot.into())),
            b'r' => self.input.u32().and_then(|slot| self.remember(slot.into())),
            0x94 => self.remember(self.memo.len() as u64),
            b'h' => self.input.u8().and_then(|slot| self.recall(slot.into())),
            b'j' => self.input.u32().and_then(|slot| self.recall(slot.into())),
            b'c' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                let text =
                    |bytes| std::str::from_utf8(bytes).map_err(|_| self.operand("a name that is no UTF-8"));
                let global = Global::find(text(module)?, text(name)?)?;
                self.push(Value::Global(global))
            }
            0x93 => {
                let (name, module) = (self.pop_text()?, self.pop_text()?);
                let global = Global::find(module, name)?;
                self.push(Value::Global(global))
            }
            _ => self.build(code),
        }
    }

    fn long(&mut self, len: u64) -> Result<(), Fault> {
        let bytes = self.input.take_stated(len)?;
        let sign = if bytes.last().is_some_and(|&byte| byte >= 0x80) { 0xff } else { 0 };
        let mut padded = [sign; 8];
        // What 64 bit cannot hold is no extent, offset or flag.
        let value = padded.get_mut(..bytes.len()).map(|start| start.copy_from_slice(bytes));
        self.push(value.map_or(Value::Other, |()| Value::Int(i64::from_le_bytes(padded))))
    }

    fn text(&mut self, len: u64) -> Result<(), Fault> {
        let bytes = self.input.take_stated(len)?;
        // Python 2 keeps bytes in the same type as text.
        self.push(std::str::from_utf8(bytes).map_or(Value::Other, Value::Text))
    }

    fn skip(&mut self, len: u64) -> Result<(), Fault> {
        self.input.take_stated(len)?;
        self.push(Value::Other)
    }

    fn remember(&mut self, slot: u64) -> Result<(), Fault> {
        let top = self.top()?;
        self.memo.insert(slot, top);
        self.spend(1)
    }

    fn recall(&mut self, slot: u64) -> Result<(), Fault> {
        let id =
            *self.memo.get(&slot).ok_or_else(|| self.operand("nothing was remembered under this number"))?;
        self.stack.push(id);
        self.spend(1)
    }

    /// Counts what is about to be kept in memory.
    pub(super) fn spend(&mut self, count: usize) -> Result<(), Fault> {
        self.spent = self.spent.saturating_add(count);
        if self.spent > MAX_VALUES { Err(Fault::TooManyValues { limit: MAX_VALUES }) } else { Ok(()) }
    }

    pub(super) fn push(&mut self, value: Value<'a>) -> Result<(), Fault> {
        self.spend(1)?;
        let id = u32::try_from(self.values.len()).expect("because the limit on values is below 2^32");
        self.values.push(value);
        self.stack.push(Id(id));
        Ok(())
    }

    pub(super) fn push_known(&mut self, id: Id) {
        self.stack.push(id);
    }

    pub(super) fn pop(&mut self) -> Result<Id, Fault> {
        let id = self.top()?;
        self.stack.pop();
        Ok(id)
    }

    /// The topmost value of the current group.
    pub(super) fn top(&self) -> Result<Id, Fault> {
        let floor = self.marks.last().copied().unwrap_or(0);
        self.stack[floor..].last().copied().ok_or_else(|| self.operand("expected a value on the stack"))
    }

    /// The values since the last mark.
    pub(super) fn pop_group(&mut self) -> Result<Vec<Id>, Fault> {
        let mark = self.marks.pop().ok_or_else(|| self.operand("expected a mark on the stack"))?;
        Ok(self.stack.split_off(mark))
    }

    fn pop_text(&mut self) -> Result<&'a str, Fault> {
        let id = self.pop()?;
        match self.value(id) {
            Value::Text(text) => Ok(text),
            _ => Err(self.operand("expected two texts")),
        }
    }

    pub(super) fn value(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    pub(super) fn operand(&self, what: &'static str) -> Fault {
        Fault::Operand { code: self.code, at: self.code_at, what }
    }

    pub(super) fn unknown(&self) -> Fault {
        Fault::Opcode { code: self.code, at: self.code_at }
    }
}
