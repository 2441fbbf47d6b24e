/// Error of a pickle that is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PickleError {
    /// The pickle ends within an opcode.
    #[error("cut short")]
    CutShort,
    /// A name that weights do not need.
    #[error("it asks for '{0}', which no weights need; nothing was run")]
    ForbiddenGlobal(String),
    /// An opcode that `torch.save` does not write for tensors.
    #[error("pickle opcode 0x{0:02x} has no place in a weight file")]
    UnknownOpcode(u8),
    /// An inconsistent sequence of opcodes.
    #[error("damaged pickle: {0}")]
    Damaged(&'static str),
}
