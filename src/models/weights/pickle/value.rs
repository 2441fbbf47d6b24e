//! Values that a pickle can make.

use super::error::PickleError;

/// Maximum number of dimensions of a tensor; no weight has as many.
pub(in crate::weights) const MAX_DIMS: usize = 8;

/// Name that a pickle may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::weights) enum Global {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`.
    RebuildParameter,
    /// `torch.FloatStorage` and its siblings, by element type.
    Storage(ElementType),
}

impl Global {
    /// Resolves a name.
    ///
    /// # Errors
    /// [`PickleError::ForbiddenGlobal`].
    pub(super) fn resolve(module: &str, name: &str) -> Result<Self, PickleError> {
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

/// Element type of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::weights) enum ElementType {
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
    /// Bytes per element.
    pub(in crate::weights) fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }
}

/// Reference to a storage, an array elsewhere in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::weights) struct StorageRef<'a> {
    /// Name of the storage in the file.
    pub(in crate::weights) key: &'a str,
    /// Element type.
    pub(in crate::weights) element: ElementType,
    /// Number of elements.
    pub(in crate::weights) len: usize,
}

/// Description of a tensor, a view of a storage; its bounds are not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::weights) struct TensorRef<'a> {
    /// Storage of the elements.
    pub(in crate::weights) storage: StorageRef<'a>,
    /// Index of the first element in the storage.
    pub(in crate::weights) offset: usize,
    /// Dimensions, at most [`MAX_DIMS`].
    pub(in crate::weights) size: Vec<usize>,
    /// Stride of each dimension, in elements.
    pub(in crate::weights) stride: Vec<usize>,
}

/// Index of a compound value in the arena of its [`Pickle`].
pub(super) type NodeId = usize;

/// Value on the stack. Compound values are in the arena of the [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::weights) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// Integer of more than 8 bytes, little endian.
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

/// Compound value in the arena.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Storage(StorageRef<'a>),
    Tensor(TensorRef<'a>),
    Items(Vec<Value<'a>>),
    Pairs(Vec<(Value<'a>, Value<'a>)>),
}

/// Result of a pickle: its arena and the root value.
#[derive(Debug)]
pub(in crate::weights) struct Pickle<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// Value at the end of the program.
    pub(in crate::weights) root: Value<'a>,
}

impl<'a> Pickle<'a> {
    /// Items of a tuple or list.
    pub(in crate::weights) fn items(&self, value: Value<'a>) -> Option<&[Value<'a>]> {
        items(&self.nodes, value)
    }

    /// Pairs of a dictionary, in order.
    pub(in crate::weights) fn pairs(&self, value: Value<'a>) -> Option<&[(Value<'a>, Value<'a>)]> {
        match (value, value.node().and_then(|id| self.nodes.get(id))) {
            (Value::Dict(_), Some(Node::Pairs(pairs))) => Some(pairs),
            _ => None,
        }
    }

    /// Description of a tensor.
    pub(in crate::weights) fn tensor(&self, value: Value<'a>) -> Option<&TensorRef<'a>> {
        match value.node().and_then(|id| self.nodes.get(id)) {
            Some(Node::Tensor(tensor)) => Some(tensor),
            _ => None,
        }
    }

    /// All storages of the pickle.
    pub(in crate::weights) fn storages(&self) -> impl Iterator<Item = StorageRef<'a>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Storage(storage) => Some(*storage),
            _ => None,
        })
    }
}

impl Value<'_> {
    /// Index of a compound value in the arena.
    pub(super) fn node(self) -> Option<NodeId> {
        match self {
            Self::Storage(id)
            | Self::Tensor(id)
            | Self::Tuple(id)
            | Self::List(id)
            | Self::Dict(id) => Some(id),
            _ => None,
        }
    }

    /// A non-negative integer.
    pub(super) fn count(self) -> Option<usize> {
        match self {
            Self::Int(n) => usize::try_from(n).ok(),
            _ => None,
        }
    }
}

/// Items of a tuple or list in the arena `nodes`.
pub(super) fn items<'n, 'a>(nodes: &'n [Node<'a>], value: Value<'a>) -> Option<&'n [Value<'a>]> {
    match (value, value.node().and_then(|id| nodes.get(id))) {
        (Value::Tuple(_) | Value::List(_), Some(Node::Items(items))) => Some(items),
        _ => None,
    }
}
