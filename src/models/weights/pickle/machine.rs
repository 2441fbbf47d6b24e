//! Interpreter of the opcodes.

use std::collections::HashMap;

use super::error::PickleError;
use super::value::{Global, MAX_DIMS, Node, NodeId, Pickle, StorageRef, TensorRef, Value, items};

/// Reads the pickle at the beginning of `bytes`; also returns its length in bytes.
pub(in crate::weights) fn read(bytes: &[u8]) -> Result<(Pickle<'_>, usize), PickleError> {
    let mut machine = Machine {
        bytes,
        at: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        nodes: Vec::new(),
    };
    let root = machine.run()?;
    Ok((Pickle { nodes: machine.nodes, root }, machine.at))
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value<'a>>,
    /// Height of the stack at each open mark.
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
                // PROTO and FRAME carry no value.
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
                    self.stack.push(Value::Global(Global::resolve(module, name)?));
                }
                0x93 => {
                    let (name, module) = (self.pop()?, self.pop()?);
                    let (Value::Text(module), Value::Text(name)) = (module, name) else {
                        return Err(PickleError::Damaged("a name that is not text"));
                    };
                    self.stack.push(Value::Global(Global::resolve(module, name)?));
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

    /// Reads a line without its newline.
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

    /// LONG1: a little-endian two's complement integer of up to 255 bytes.
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

    /// Adds a compound value to the arena.
    fn keep(&mut self, node: Node<'a>) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Height of the stack below its `count` topmost values, which must lie above the last open
    /// mark.
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

    /// REDUCE: describes as data what the named function would build.
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

    /// BUILD: attributes of an object. A `state_dict` has one, `_metadata`, without weights; it is
    /// dropped.
    fn build(&mut self) -> Result<(), PickleError> {
        self.pop()?;
        match self.top()? {
            Value::Dict(_) => Ok(()),
            _ => Err(PickleError::Damaged("attributes for what is no dictionary")),
        }
    }
}
