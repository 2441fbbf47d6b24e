//! A pickle machine that can make plain values and tensor descriptions, and nothing else.
//!
//! A pickle is a program; Python's machine may import any name and call it. This one
//! knows the opcodes that `torch.save` writes for a dictionary of tensors and four names,
//! which it does not call but understands: what they would build is described as data.
//! Any other name is an error that says which.
//!
//! Opcodes: the comments of Python's `pickletools.py`. Memory stays in proportion to the
//! file: every opcode makes at most one value, values refer to each other by position in
//! an arena (so a deeply nested pickle cannot exhaust the stack when it is dropped), and a
//! tensor has at most [`MAX_DIMS`] dimensions.

mod machine;

/// More dimensions than any weight has.
pub const MAX_DIMS: usize = 8;

/// Why a pickle was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PickleError {
    /// It ends before its last opcode does.
    #[error("cut short")]
    CutShort,
    /// It wants a name that weights have no need of.
    #[error("it asks for '{0}', which no weights need; nothing was run")]
    ForbiddenGlobal(String),
    /// An opcode that `torch.save` does not write for tensors.
    #[error("pickle opcode 0x{0:02x} has no place in a weight file")]
    UnknownOpcode(u8),
    /// Opcodes that do not fit together.
    #[error("damaged pickle: {0}")]
    Damaged(&'static str),
}

/// The names a pickle may mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Global {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`.
    RebuildParameter,
    /// `torch.FloatStorage` and its siblings.
    Storage(ElementType),
}

impl Global {
    fn named(module: &str, name: &str) -> Result<Self, PickleError> {
        let storage = |name: &str| {
            Some(Self::Storage(match name.strip_suffix("Storage")? {
                "Double" => ElementType::F64,
                "Float" => ElementType::F32,
                "Half" => ElementType::F16,
                "BFloat16" => ElementType::BF16,
                "Long" => ElementType::I64,
                "Int" => ElementType::I32,
                "Short" => ElementType::I16,
                "Char" => ElementType::I8,
                "Byte" => ElementType::U8,
                "Bool" => ElementType::Bool,
                _ => return None,
            }))
        };
        match (module, name) {
            ("collections", "OrderedDict") => Some(Self::OrderedDict),
            ("torch._utils", "_rebuild_tensor_v2") => Some(Self::RebuildTensor),
            ("torch._utils", "_rebuild_parameter") => Some(Self::RebuildParameter),
            ("torch", name) => storage(name),
            _ => None,
        }
        .ok_or_else(|| PickleError::ForbiddenGlobal(format!("{module}.{name}")))
    }
}

/// What a storage holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names say it
pub enum ElementType {
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

impl ElementType {
    /// Bytes an element.
    pub fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }
}

/// A run of numbers kept elsewhere in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageRef<'a> {
    /// Its name in the file.
    pub key: &'a str,
    /// What it holds.
    pub element: ElementType,
    /// How many.
    pub len: usize,
}

/// A tensor: a view of a storage. Not yet checked against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorRef<'a> {
    /// Where its numbers are.
    pub storage: StorageRef<'a>,
    /// First element.
    pub offset: usize,
    /// Dimensions, at most [`MAX_DIMS`].
    pub size: Vec<usize>,
    /// Elements from one to the next, for each dimension.
    pub stride: Vec<usize>,
}

/// Position of a compound value in its [`Pickle`].
type NodeId = usize;

/// A value. Compound ones are in the arena of their [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)] // the names say it
pub enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// An integer of more than 8 bytes, little endian.
    BigInt(&'a [u8]),
    Float(f64),
    Text(&'a str),
    Global(Global),
    Storage(NodeId),
    Tensor(NodeId),
    Tuple(NodeId),
    List(NodeId),
    Dict(NodeId),
}

#[derive(Debug)]
enum Node<'a> {
    Storage(StorageRef<'a>),
    Tensor(TensorRef<'a>),
    Items(Vec<Value<'a>>),
    Pairs(Vec<(Value<'a>, Value<'a>)>),
}

/// What one pickle held.
#[derive(Debug)]
pub struct Pickle<'a> {
    nodes: Vec<Node<'a>>,
    /// The value it was made for.
    pub root: Value<'a>,
}

impl<'a> Pickle<'a> {
    /// Reads the pickle at the beginning of `bytes`; also says how long it was.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, usize), PickleError> {
        machine::run(bytes)
    }

    /// The items of a tuple or list.
    pub fn items(&self, value: Value<'a>) -> Option<&[Value<'a>]> {
        items(&self.nodes, value)
    }

    /// The pairs of a dictionary, in order.
    pub fn pairs(&self, value: Value<'a>) -> Option<&[(Value<'a>, Value<'a>)]> {
        match (value, value.node().and_then(|id| self.nodes.get(id))) {
            (Value::Dict(_), Some(Node::Pairs(pairs))) => Some(pairs),
            _ => None,
        }
    }

    /// A tensor's description.
    pub fn tensor(&self, value: Value<'a>) -> Option<&TensorRef<'a>> {
        match value.node().and_then(|id| self.nodes.get(id)) {
            Some(Node::Tensor(tensor)) => Some(tensor),
            _ => None,
        }
    }

    /// Every storage that the pickle mentions.
    pub fn storages(&self) -> impl Iterator<Item = StorageRef<'a>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Storage(storage) => Some(*storage),
            _ => None,
        })
    }
}

impl Value<'_> {
    fn node(self) -> Option<NodeId> {
        match self {
            Self::Storage(id)
            | Self::Tensor(id)
            | Self::Tuple(id)
            | Self::List(id)
            | Self::Dict(id) => Some(id),
            _ => None,
        }
    }

    fn count(self) -> Option<usize> {
        match self {
            Self::Int(n) => usize::try_from(n).ok(),
            _ => None,
        }
    }
}

fn items<'n, 'a>(nodes: &'n [Node<'a>], value: Value<'a>) -> Option<&'n [Value<'a>]> {
    match (value, value.node().and_then(|id| nodes.get(id))) {
        (Value::Tuple(_) | Value::List(_), Some(Node::Items(items))) => Some(items),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
