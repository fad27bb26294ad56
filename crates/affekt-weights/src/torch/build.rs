//! The instructions that build containers, tensors and storages.

use super::globals::Global;
use super::pickle::Machine;
use super::value::{Id, Storage, Tensor, Value};
use crate::Fault;
use crate::strided::View;

/// Extents a tensor may have, as in torch.
const MAX_RANK: usize = 64;

impl<'a> Machine<'a> {
    pub(super) fn build(&mut self, code: u8) -> Result<(), Fault> {
        match code {
            b']' => self.push(Value::List(Vec::new())),
            b')' => self.push(Value::Tuple(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            // A set holds no weights.
            0x8f => self.push(Value::Other),
            0x91 => self.pop_group().and_then(|_| self.push(Value::Other)),
            b'l' => self.pop_group().and_then(|items| self.push(Value::List(items))),
            b't' => self.pop_group().and_then(|items| self.push(Value::Tuple(items))),
            0x85..=0x87 => {
                let mut items = (0..code - 0x84).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
                items.reverse();
                self.push(Value::Tuple(items))
            }
            b'd' => self.pop_group().and_then(|items| {
                let pairs = self.pairs(&items)?;
                self.push(Value::Dict(pairs))
            }),
            b'a' => self.pop().and_then(|item| self.append(vec![item])),
            b'e' => self.pop_group().and_then(|items| self.append(items)),
            0x90 => self.pop_group().and_then(|_| self.top().map(drop)),
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.insert(vec![(key, value)])
            }
            b'u' => {
                let items = self.pop_group()?;
                let pairs = self.pairs(&items)?;
                self.insert(pairs)
            }
            b'R' | 0x81 => {
                let (arguments, callee) = (self.pop()?, self.pop()?);
                self.call(callee, arguments)
            }
            // Attributes of an object: state dicts carry `_metadata`, which weights do not need.
            b'b' => {
                self.pop()?;
                match self.value(self.top()?) {
                    Value::Dict(_) | Value::Other | Value::Tensor(_) => Ok(()),
                    _ => Err(self.operand("expected an object to set attributes of")),
                }
            }
            b'Q' => self.storage(),
            _ => Err(self.unknown()),
        }
    }

    fn pairs(&self, items: &[Id]) -> Result<Vec<(Id, Id)>, Fault> {
        let (pairs, []) = items.as_chunks::<2>() else {
            return Err(self.operand("expected as many values as keys"));
        };
        Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
    }

    fn append(&mut self, items: Vec<Id>) -> Result<(), Fault> {
        let list = self.top()?;
        match &mut self.values[list.0 as usize] {
            Value::List(list) => list.extend(items),
            Value::Other => {}
            _ => return Err(self.operand("expected a list to append to")),
        }
        Ok(())
    }

    fn insert(&mut self, pairs: Vec<(Id, Id)>) -> Result<(), Fault> {
        let dict = self.top()?;
        match &mut self.values[dict.0 as usize] {
            Value::Dict(dict) => dict.extend(pairs),
            Value::Other => {}
            _ => return Err(self.operand("expected a dict to insert into")),
        }
        Ok(())
    }

    /// What the call of a listed name stands for. Nothing is executed.
    fn call(&mut self, callee: Id, arguments: Id) -> Result<(), Fault> {
        let Value::Global(global) = *self.value(callee) else {
            return Err(self.operand("expected a function or class to call"));
        };
        let Value::Tuple(arguments) = self.value(arguments) else {
            return Err(self.operand("expected a tuple of arguments"));
        };
        match (global, arguments.as_slice()) {
            (Global::Inert, _) => self.push(Value::Other),
            (Global::OrderedDict, []) => self.push(Value::Dict(Vec::new())),
            (Global::OrderedDict, &[list]) => self.dict_of(list),
            (Global::Size, &[extents]) => {
                self.push_known(extents);
                self.spend(1)
            }
            (Global::Parameter, &[tensor, ..]) if matches!(self.value(tensor), Value::Tensor(_)) => {
                self.push_known(tensor);
                self.spend(1)
            }
            (Global::Tensor, &[storage, offset, shape, strides, ..])
                if matches!(self.value(storage), Value::Storage(_)) =>
            {
                let view = self.view(offset, shape, strides)?;
                self.spend(view.shape.len())?;
                self.push(Value::Tensor(Box::new(Tensor { storage, view })))
            }
            _ => Err(self.operand("arguments that the listed function does not take")),
        }
    }

    /// `OrderedDict([(key, value), ...])`, as Python 2 wrote it.
    fn dict_of(&mut self, list: Id) -> Result<(), Fault> {
        let (Value::List(items) | Value::Tuple(items)) = self.value(list) else {
            return Err(self.operand("expected a list of pairs"));
        };
        let pair = |&id: &Id| match self.value(id) {
            Value::List(pair) | Value::Tuple(pair) => <[Id; 2]>::try_from(pair.as_slice()).ok(),
            _ => None,
        };
        let pairs: Option<Vec<_>> =
            items.iter().map(|id| pair(id).map(|[key, value]| (key, value))).collect();
        let pairs = pairs.ok_or_else(|| self.operand("expected a list of pairs"))?;
        // One list may be named by many calls, each of which copies it.
        self.spend(pairs.len())?;
        self.push(Value::Dict(pairs))
    }

    fn view(&self, offset: Id, shape: Id, strides: Id) -> Result<View, Fault> {
        let number = |id: Id| match self.value(id) {
            &Value::Int(number) => usize::try_from(number).ok(),
            _ => None,
        };
        let numbers = |id: Id| match self.value(id) {
            Value::Tuple(items) | Value::List(items) if items.len() <= MAX_RANK => {
                items.iter().map(|&item| number(item)).collect::<Option<Vec<_>>>()
            }
            _ => None,
        };
        let view = number(offset).zip(numbers(shape)).zip(numbers(strides));
        view.map(|((offset, shape), strides)| View { offset, shape, strides })
            .filter(|view| view.shape.len() == view.strides.len())
            .ok_or_else(|| self.operand("expected offset, shape and strides of a tensor"))
    }

    /// `('storage', class, key, device, length)`, in legacy files with a window behind.
    fn storage(&mut self) -> Result<(), Fault> {
        let id = self.pop()?;
        let storage = self.stored(id).ok_or_else(|| self.operand("expected the description of a storage"))?;
        self.push(Value::Storage(Box::new(storage)))
    }

    fn stored(&self, id: Id) -> Option<Storage<'a>> {
        let Value::Tuple(items) = self.value(id) else { return None };
        let (&[tag, class, key, _device, len], rest) = items.split_first_chunk::<5>()?;
        let count = |id: Id| match self.value(id) {
            &Value::Int(count) => u64::try_from(count).ok(),
            _ => None,
        };
        let (Value::Text("storage"), &Value::Global(Global::Storage(kind)), &Value::Text(key)) =
            (self.value(tag), self.value(class), self.value(key))
        else {
            return None;
        };
        let window = match rest.first().map(|&id| self.value(id)) {
            None | Some(Value::Other) => None,
            Some(Value::Tuple(window)) => {
                let &[_key, start, len] = window.as_slice() else { return None };
                Some((count(start)?, count(len)?))
            }
            Some(_) => return None,
        };
        Some(Storage { kind, key, len: count(len)?, window })
    }
}
