//! Why the bytes of a file are no state dict.

use safetensors::SafeTensorError;

/// What is wrong with the content of a weights file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No format this crate reads.
    #[error(
        "neither a safetensors file nor one of torch.save (first bytes {start:02x?}); a download page saved in place of \
         the file looks like this too"
    )]
    Unknown {
        /// The first bytes.
        start: Vec<u8>,
    },
    /// An archive of `torch.jit.save` or of the C++ library.
    #[error(
        "a TorchScript archive, which holds a program; save the weights alone: \
         torch.save(torch.jit.load(FILE).state_dict(), OUT)"
    )]
    TorchScript,
    /// A file of torch before 0.1.10.
    #[error(
        "a tar archive, as torch wrote before 0.1.10; save it again with a later release: torch.save(torch.load(FILE), OUT)"
    )]
    Tar,
    /// A pickle that no `torch.save` wrote: it has no storages.
    #[error("a bare pickle without tensors; expected a file of torch.save or safetensors")]
    BarePickle,
    /// A file of a big-endian machine.
    #[error("written on a big-endian machine; expected little-endian numbers")]
    BigEndian,
    /// The file ends too early.
    #[error("the file ends within {what} at byte {at}: incomplete download?")]
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Where it starts.
        at: usize,
    },
    /// The zip directory contradicts the file.
    #[error("broken zip archive: {what}")]
    Zip {
        /// The contradiction.
        what: &'static str,
    },
    /// A compressed entry; `torch.save` writes none.
    #[error(
        "entry {entry:?} of the zip archive is compressed or encrypted; torch.save stores entries as they are"
    )]
    Compressed {
        /// The entry.
        entry: String,
    },
    /// An entry changed after it was written.
    #[error("entry {entry:?} has checksum {got:08x}; expected {expected:08x}: damaged file")]
    Checksum {
        /// The entry.
        entry: String,
        /// CRC-32 the archive states.
        expected: u32,
        /// CRC-32 of the bytes.
        got: u32,
    },
    /// The archive lacks an entry.
    #[error("the archive has no entry {entry:?}")]
    NoEntry {
        /// The entry.
        entry: String,
    },
    /// The pickle asks for a function or class beyond the listed ones. Nothing was called.
    #[error(
        "refused: the pickle names {module}.{name}, which no state dict needs (nothing was executed); \
         save the weights alone: torch.save(model.state_dict(), OUT)"
    )]
    Global {
        /// Python module.
        module: String,
        /// Name in it.
        name: String,
    },
    /// An instruction this crate does not know.
    #[error("pickle instruction {code:#04x} at byte {at} is not one torch.save writes")]
    Opcode {
        /// The instruction.
        code: u8,
        /// Its place in the pickle.
        at: usize,
    },
    /// An instruction whose operands are missing or of the wrong sort.
    #[error("pickle instruction {code:#04x} at byte {at}: {what}")]
    Operand {
        /// The instruction.
        code: u8,
        /// Its place in the pickle.
        at: usize,
        /// What was expected.
        what: &'static str,
    },
    /// More values than a checkpoint of a network has.
    #[error("the pickle makes more than {limit} values")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// A storage is absent, or shorter than the pickle says.
    #[error("storage {key:?} has {got} bytes; expected at least {expected}")]
    Storage {
        /// Its key.
        key: String,
        /// Bytes the pickle asks for.
        expected: u128,
        /// Bytes there are; 0 where it is absent.
        got: usize,
    },
    /// A view reaches beyond its storage.
    #[error("shape {shape:?} with strides {strides:?} from element {offset} reaches beyond its storage")]
    View {
        /// Extents.
        shape: Vec<usize>,
        /// Strides in elements.
        strides: Vec<usize>,
        /// First element.
        offset: usize,
    },
    /// Views that repeat elements would fill memory the file has no bytes for.
    #[error(
        "the tensors up to this one would take more than {limit} bytes, many times the file: a view that repeats elements"
    )]
    Expands {
        /// The limit.
        limit: u128,
    },
    /// A kind of number this crate has no use for.
    #[error("tensors of kind {kind} are not read; expected floats of 16 to 64 bit or integers")]
    Kind {
        /// As the file names it.
        kind: String,
    },
    /// The safetensors header contradicts the file.
    #[error("broken safetensors file")]
    Safetensors(#[source] SafeTensorError),
}
