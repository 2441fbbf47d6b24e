use proptest::prelude::*;

use super::value::{Pickle, Value};
use super::{PickleError, read};

fn refused(bytes: &[u8]) -> PickleError {
    read(bytes).unwrap_err()
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
fn opcodes_that_run_code_do_not_exist() {
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
    let (pickle, length): (Pickle<'_>, usize) = read(bytes).unwrap();
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
        assert_eq!(read(bytes).unwrap().0.root, Value::Int(expect));
    }
}

#[test]
fn a_million_nested_tuples_do_not_exhaust_the_stack() {
    let mut bytes = vec![b')'];
    bytes.extend(std::iter::repeat_n(0x85, 1_000_000));
    bytes.push(b'.');
    assert!(read(&bytes).is_ok());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_opcodes_make_it_panic(
        ops in proptest::collection::vec(
            proptest::sample::select(&b"(t\x85\x86\x87]ae}suq\x00h\x00NK\x01\x94Rb)Q.\x8c\x01a"[..]),
            0..60,
        ),
    ) {
        let _ = read(&ops);
    }
}
