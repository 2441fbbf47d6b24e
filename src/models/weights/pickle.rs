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

use std::collections::HashMap;

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
        let mut machine = Machine {
            bytes,
            at: 0,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            nodes: Vec::new(),
        };
        let root = machine.run()?;
        Ok((Self { nodes: machine.nodes, root }, machine.at))
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

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value<'a>>,
    /// Heights of the stack at each open mark.
    marks: Vec<usize>,
    memo: HashMap<usize, Value<'a>>,
    nodes: Vec<Node<'a>>,
}

const UNDERFLOW: PickleError = PickleError::Damaged("it takes more values than it made");

impl<'a> Machine<'a> {
    /// Runs to the STOP opcode.
    fn run(&mut self) -> Result<Value<'a>, PickleError> {
        loop {
            let [opcode] = self.take_array()?;
            match opcode {
                b'.' => return self.pop(),
                // PROTO and FRAME only announce.
                0x80 => drop(self.take(1)?),
                0x95 => drop(self.take(8)?),

                b'N' => self.stack.push(Value::None),
                0x88 => self.stack.push(Value::Bool(true)),
                0x89 => self.stack.push(Value::Bool(false)),
                b'J' => {
                    let n = i32::from_le_bytes(self.take_array()?);
                    self.stack.push(Value::Int(n.into()));
                }
                b'K' => {
                    let n = self.take_u8()?;
                    self.stack.push(Value::Int(n as i64));
                }
                b'M' => {
                    let n = u16::from_le_bytes(self.take_array()?);
                    self.stack.push(Value::Int(n.into()));
                }
                0x8a => self.long()?,
                b'G' => {
                    let x = f64::from_be_bytes(self.take_array()?);
                    self.stack.push(Value::Float(x));
                }
                // Python 2 wrote names as byte strings (U, T).
                b'X' | b'T' => {
                    let length = self.take_u32()?;
                    self.text(length)?;
                }
                0x8c | b'U' => {
                    let length = self.take_u8()?;
                    self.text(length)?;
                }

                b'(' => self.marks.push(self.stack.len()),
                b')' => self.push_tuple(Vec::new()),
                b't' => {
                    let items = self.pop_mark()?;
                    self.push_tuple(items);
                }
                0x85..=0x87 => {
                    let from = self.above_mark(usize::from(opcode - 0x84))?;
                    let items = self.stack.split_off(from);
                    self.push_tuple(items);
                }
                b']' => {
                    let id = self.keep(Node::Items(Vec::new()));
                    self.stack.push(Value::List(id));
                }
                b'a' => {
                    let item = self.pop()?;
                    self.append(vec![item])?;
                }
                b'e' => {
                    let items = self.pop_mark()?;
                    self.append(items)?;
                }
                b'}' => self.push_dict(),
                b's' => {
                    let from = self.above_mark(2)?;
                    let items = self.stack.split_off(from);
                    self.set_items(&items)?;
                }
                b'u' => {
                    let items = self.pop_mark()?;
                    self.set_items(&items)?;
                }

                b'q' => {
                    let slot = self.take_u8()?;
                    self.memoize(slot)?;
                }
                b'r' => {
                    let slot = self.take_u32()?;
                    self.memoize(slot)?;
                }
                0x94 => self.memoize(self.memo.len())?,
                b'h' => {
                    let slot = self.take_u8()?;
                    self.recall(slot)?;
                }
                b'j' => {
                    let slot = self.take_u32()?;
                    self.recall(slot)?;
                }

                b'c' => {
                    let module = self.line()?;
                    let name = self.line()?;
                    self.stack.push(Value::Global(Global::named(module, name)?));
                }
                0x93 => {
                    let (name, module) = (self.pop()?, self.pop()?);
                    let (Value::Text(module), Value::Text(name)) = (module, name) else {
                        return Err(PickleError::Damaged("a name that is not text"));
                    };
                    self.stack.push(Value::Global(Global::named(module, name)?));
                }
                b'Q' => self.persistent_id()?,
                b'R' => self.reduce()?,
                b'b' => self.build()?,
                other => return Err(PickleError::UnknownOpcode(other)),
            }
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], PickleError> {
        let rest = self.bytes.get(self.at..).ok_or(PickleError::CutShort)?;
        let taken = rest.get(..count).ok_or(PickleError::CutShort)?;
        self.at += count;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        self.take(N)?.try_into().map_err(|_| PickleError::CutShort)
    }

    fn take_u8(&mut self) -> Result<usize, PickleError> {
        let [n] = self.take_array()?;
        Ok(n.into())
    }

    fn take_u32(&mut self) -> Result<usize, PickleError> {
        Ok(u32::from_le_bytes(self.take_array()?) as usize)
    }

    /// Text up to the next newline, which is taken too.
    fn line(&mut self) -> Result<&'a str, PickleError> {
        let rest = self.bytes.get(self.at..).ok_or(PickleError::CutShort)?;
        let length = rest.iter().position(|b| *b == b'\n').ok_or(PickleError::CutShort)?;
        let line = self.take(length)?;
        self.take(1)?;
        std::str::from_utf8(line).map_err(|_| PickleError::Damaged("a name that is not UTF-8"))
    }

    fn text(&mut self, length: usize) -> Result<(), PickleError> {
        let bytes = self.take(length)?;
        let text = std::str::from_utf8(bytes)
            .map_err(|_| PickleError::Damaged("text that is not UTF-8"))?;
        self.stack.push(Value::Text(text));
        Ok(())
    }

    /// LONG1: a little-endian two's complement integer of any length up to 255 bytes.
    fn long(&mut self) -> Result<(), PickleError> {
        let length = self.take_u8()?;
        let bytes = self.take(length)?;
        let value = if bytes.len() <= 8 {
            let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
            let mut whole = if negative { [0xff; 8] } else { [0; 8] };
            whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            Value::Int(i64::from_le_bytes(whole))
        } else {
            Value::BigInt(bytes)
        };
        self.stack.push(value);
        Ok(())
    }

    fn keep(&mut self, node: Node<'a>) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Height of the stack below its `count` uppermost values, which must all lie above
    /// the last open mark.
    fn above_mark(&self, count: usize) -> Result<usize, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        self.stack.len().checked_sub(count).filter(|from| *from >= floor).ok_or(UNDERFLOW)
    }

    fn pop(&mut self) -> Result<Value<'a>, PickleError> {
        self.above_mark(1)?;
        self.stack.pop().ok_or(UNDERFLOW)
    }

    fn top(&self) -> Result<Value<'a>, PickleError> {
        self.above_mark(1)?;
        self.stack.last().copied().ok_or(UNDERFLOW)
    }

    fn pop_mark(&mut self) -> Result<Vec<Value<'a>>, PickleError> {
        let from = self.marks.pop().ok_or(PickleError::Damaged("a mark is missing"))?;
        if from > self.stack.len() {
            return Err(UNDERFLOW);
        }
        Ok(self.stack.split_off(from))
    }

    fn push_tuple(&mut self, items: Vec<Value<'a>>) {
        let id = self.keep(Node::Items(items));
        self.stack.push(Value::Tuple(id));
    }

    fn push_dict(&mut self) {
        let id = self.keep(Node::Pairs(Vec::new()));
        self.stack.push(Value::Dict(id));
    }

    fn append(&mut self, mut items: Vec<Value<'a>>) -> Result<(), PickleError> {
        let list = self.top()?;
        match (list, list.node().and_then(|id| self.nodes.get_mut(id))) {
            (Value::List(_), Some(Node::Items(all))) => {
                all.append(&mut items);
                Ok(())
            }
            _ => Err(PickleError::Damaged("it appends to what is no list")),
        }
    }

    fn set_items(&mut self, items: &[Value<'a>]) -> Result<(), PickleError> {
        let dict = self.top()?;
        let (pairs, rest) = items.as_chunks::<2>();
        match (dict, dict.node().and_then(|id| self.nodes.get_mut(id))) {
            (Value::Dict(_), Some(Node::Pairs(all))) if rest.is_empty() => {
                all.extend(pairs.iter().map(|[key, value]| (*key, *value)));
                Ok(())
            }
            _ => Err(PickleError::Damaged("it puts pairs into what is no dictionary")),
        }
    }

    fn memoize(&mut self, slot: usize) -> Result<(), PickleError> {
        let value = self.top()?;
        self.memo.insert(slot, value);
        Ok(())
    }

    fn recall(&mut self, slot: usize) -> Result<(), PickleError> {
        let value = self
            .memo
            .get(&slot)
            .ok_or(PickleError::Damaged("it recalls what it never remembered"))?;
        self.stack.push(*value);
        Ok(())
    }

    /// BINPERSID: `('storage', torch.FloatStorage, key, location, length[, view])`.
    fn persistent_id(&mut self) -> Result<(), PickleError> {
        let id = self.pop()?;
        let storage = match items(&self.nodes, id) {
            Some(
                [
                    Value::Text("storage"),
                    Value::Global(Global::Storage(element)),
                    Value::Text(key),
                    Value::Text(_location),
                    length,
                ]
                | [
                    Value::Text("storage"),
                    Value::Global(Global::Storage(element)),
                    Value::Text(key),
                    Value::Text(_location),
                    length,
                    Value::None,
                ],
            ) => length.count().map(|len| StorageRef { key, element: *element, len }),
            _ => None,
        }
        .ok_or(PickleError::Damaged("a storage of an unknown form"))?;
        let id = self.keep(Node::Storage(storage));
        self.stack.push(Value::Storage(id));
        Ok(())
    }

    /// REDUCE: what the named function would build, as data.
    fn reduce(&mut self) -> Result<(), PickleError> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let Value::Global(function) = function else {
            return Err(PickleError::Damaged("it calls what is no name"));
        };
        let arguments = items(&self.nodes, arguments)
            .ok_or(PickleError::Damaged("a call without arguments"))?;
        match (function, arguments) {
            (Global::OrderedDict, []) => self.push_dict(),
            (Global::RebuildParameter, [tensor @ Value::Tensor(_), ..]) => {
                let tensor = *tensor;
                self.stack.push(tensor);
            }
            (Global::RebuildTensor, [Value::Storage(storage), offset, size, stride, ..]) => {
                let Some(Node::Storage(storage)) = self.nodes.get(*storage) else {
                    return Err(PickleError::Damaged("a tensor without storage"));
                };
                let dims = |value| {
                    let dims = items(&self.nodes, value).filter(|dims| dims.len() <= MAX_DIMS)?;
                    dims.iter().map(|n| n.count()).collect::<Option<Vec<_>>>()
                };
                let tensor = match (offset.count(), dims(*size), dims(*stride)) {
                    (Some(offset), Some(size), Some(stride)) if size.len() == stride.len() => {
                        TensorRef { storage: *storage, offset, size, stride }
                    }
                    _ => return Err(PickleError::Damaged("a tensor of an impossible shape")),
                };
                let id = self.keep(Node::Tensor(tensor));
                self.stack.push(Value::Tensor(id));
            }
            _ => return Err(PickleError::Damaged("a call with arguments of an unknown form")),
        }
        Ok(())
    }

    /// BUILD gives an object its attributes. A `state_dict` has one, `_metadata`, which
    /// holds no weights: it is dropped.
    fn build(&mut self) -> Result<(), PickleError> {
        self.pop()?;
        match self.top()? {
            Value::Dict(_) => Ok(()),
            _ => Err(PickleError::Damaged("attributes for what is no dictionary")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(bytes: &[u8]) -> PickleError {
        Pickle::read(bytes).unwrap_err()
    }

    #[test]
    fn names_outside_the_list_are_refused_by_name() {
        let cases: [(&[u8], &str); 6] = [
            // os.system("id"), as the textbook exploit writes it: GLOBAL, REDUCE.
            (b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00id\x85R.", "os.system"),
            (b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.", "posix.system"),
            // The same through STACK_GLOBAL.
            (b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.", "os.system"),
            (b"\x80\x02cbuiltins\neval\n.", "builtins.eval"),
            // Allowed module, other name; allowed name, other module.
            (b"\x80\x02ctorch\nload\n.", "torch.load"),
            (b"\x80\x02cevil\nOrderedDict\n.", "evil.OrderedDict"),
        ];
        for (bytes, name) in cases {
            assert_eq!(refused(bytes), PickleError::ForbiddenGlobal(name.into()));
        }
    }

    #[test]
    fn opcodes_that_could_run_something_do_not_exist() {
        // INST, OBJ, NEWOBJ, NEWOBJ_EX, EXT1, protocol-0 PERSID.
        for opcode in [b'i', b'o', 0x81, 0x92, 0x82, b'P'] {
            assert_eq!(refused(&[0x80, 2, opcode]), PickleError::UnknownOpcode(opcode));
        }
    }

    #[test]
    fn allowed_names_cannot_be_misused() {
        let cases: [&[u8]; 5] = [
            b"ccollections\nOrderedDict\nK\x01\x85R.", // OrderedDict(1)
            b"ctorch._utils\n_rebuild_tensor_v2\n)R.", // no arguments
            b"ctorch._utils\n_rebuild_parameter\nK\x01\x85R.", // of a number
            b"ctorch\nFloatStorage\n)R.",              // calls a storage class
            b"X\x02\x00\x00\x00id)R.",                 // calls a text
        ];
        for bytes in cases {
            assert!(matches!(refused(bytes), PickleError::Damaged(_)), "{bytes:?}");
        }
    }

    #[test]
    fn plain_values_are_read() {
        // {'a': 1, 'b': [True, None, 2.5]}, and a byte after it.
        let bytes =
            b"\x80\x02}(X\x01\x00\x00\x00aK\x01U\x01b](\x88NG\x40\x04\x00\x00\x00\x00\x00\x00eu..";
        let (pickle, length) = Pickle::read(bytes).unwrap();
        assert_eq!(length, bytes.len() - 1);
        let [(Value::Text("a"), Value::Int(1)), (Value::Text("b"), list)] =
            pickle.pairs(pickle.root).unwrap()
        else {
            panic!("{pickle:?}");
        };
        let expect = [Value::Bool(true), Value::None, Value::Float(2.5)];
        assert_eq!(pickle.items(*list).unwrap(), expect);
    }

    #[test]
    fn integers_of_every_width_are_read() {
        let cases: [(&[u8], i64); 6] = [
            (b"K\xff.", 255),
            (b"M\x00\x80.", 32_768),
            (b"J\xff\xff\xff\xff.", -1),
            (b"\x8a\x00.", 0),
            (b"\x8a\x01\xff.", -1),
            (b"\x8a\x05\x00\x00\x00\x00\x01.", 1 << 32),
        ];
        for (bytes, expect) in cases {
            assert_eq!(Pickle::read(bytes).unwrap().0.root, Value::Int(expect));
        }
    }

    #[test]
    fn a_million_nested_tuples_do_not_exhaust_the_stack() {
        let mut bytes = vec![b')'];
        bytes.extend(std::iter::repeat_n(0x85, 1_000_000));
        bytes.push(b'.');
        assert!(Pickle::read(&bytes).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Pickle::read(&bytes);
        }

        #[test]
        fn no_opcodes_make_it_panic(
            ops in proptest::collection::vec(
                proptest::sample::select(&b"(t\x85\x86\x87]ae}suq\x00h\x00NK\x01\x94Rb)Q.\x8c\x01a"[..]),
                0..60,
            ),
        ) {
            let _ = Pickle::read(&ops);
        }
    }
}
