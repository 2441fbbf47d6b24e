use std::io::Write;

use proptest::prelude::*;

use super::*;

/// A tensor to be written: name, storage class, key, storage length, offset, size, stride.
type Entry<'a> = (&'a str, &'a str, &'a str, i32, i32, &'a [i32], &'a [i32]);

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

fn ints(out: &mut Vec<u8>, ints: &[i32]) {
    out.push(b'(');
    for n in ints {
        out.push(b'J');
        out.extend(n.to_le_bytes());
    }
    out.push(b't');
}

/// The pickle that torch writes for a `state_dict` of these.
fn state_dict(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut out = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (name, class, key, len, offset, size, stride) in entries {
        text(&mut out, name);
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut out, "storage");
        out.extend(format!("ctorch\n{class}\n").as_bytes());
        text(&mut out, key);
        text(&mut out, "cpu");
        out.push(b'J');
        out.extend(len.to_le_bytes());
        out.extend(b"tQJ");
        out.extend(offset.to_le_bytes());
        ints(&mut out, size);
        ints(&mut out, stride);
        out.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    }
    out.extend(b"u}X\x09\x00\x00\x00_metadataK\x01sb.");
    out
}

fn legacy(state: &[u8], storages: &[(&str, &[u8], u64)]) -> Vec<u8> {
    let mut out = LEGACY_MAGIC.to_vec();
    out.extend(b"\x80\x02M\xe9\x03.");
    out.extend(b"\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.");
    out.extend(state);
    out.extend(b"\x80\x02](");
    storages.iter().for_each(|(key, ..)| text(&mut out, key));
    out.extend(b"e.");
    for (_, data, len) in storages {
        out.extend(len.to_le_bytes());
        out.extend(*data);
    }
    out
}

fn zipped(state: &[u8], storages: &[(&str, &[u8], u64)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("m/data.pkl", stored).unwrap();
    archive.write_all(state).unwrap();
    for (key, data, _) in storages {
        archive.start_file(format!("m/data/{key}"), stored).unwrap();
        archive.write_all(data).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// A file with a view, a transposed view, f16 and f64 tensors, and a counter, in both formats.
fn samples() -> [Vec<u8>; 2] {
    let state = state_dict(&[
        ("whole", "FloatStorage", "0", 6, 0, &[2, 3], &[3, 1]),
        ("turned", "FloatStorage", "0", 6, 0, &[3, 2], &[1, 3]),
        ("tail", "FloatStorage", "0", 6, 4, &[2], &[1]),
        ("scalar", "HalfStorage", "1", 2, 1, &[], &[]),
        ("double", "DoubleStorage", "2", 1, 0, &[1], &[1]),
        ("num_batches_tracked", "LongStorage", "3", 1, 0, &[], &[]),
    ]);
    let numbers = floats(&[0., 1., 2., 3., 4., 5.]);
    let halves: Vec<u8> =
        [0.5, -2.].iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect();
    let storages: [(&str, &[u8], u64); 4] = [
        ("0", &numbers, 6),
        ("1", &halves, 2),
        ("2", &7.25f64.to_le_bytes(), 1),
        ("3", &9i64.to_le_bytes(), 1),
    ];
    [legacy(&state, &storages), zipped(&state, &storages)]
}

#[test]
fn both_formats_give_the_same_tensors() {
    for bytes in samples() {
        let tensors = read(&bytes).unwrap();
        let expect: [(&str, &[usize], &[f32]); 5] = [
            ("whole", &[2, 3], &[0., 1., 2., 3., 4., 5.]),
            ("turned", &[3, 2], &[0., 3., 1., 4., 2., 5.]),
            ("tail", &[2], &[4., 5.]),
            ("scalar", &[], &[-2.]),
            ("double", &[1], &[7.25]),
        ];
        assert_eq!(tensors.len(), expect.len(), "the counter is left out");
        for (name, dims, values) in expect {
            let tensor = &tensors[name];
            assert_eq!(tensor.dims(), dims, "{name}");
            assert_eq!(tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap(), values, "{name}");
        }
    }
}

#[test]
fn tensors_that_exceed_the_file_are_refused() {
    let data = floats(&[0., 1., 2., 3.]);
    let shared: Vec<String> = (0..100).map(|n| format!("t{n}")).collect();
    let many: Vec<Entry<'_>> = shared
        .iter()
        .map(|name| (name.as_str(), "FloatStorage", "0", 4096, 0, &[4096][..], &[1][..]))
        .collect();
    let cases: [(&str, Vec<Entry<'_>>, &[u8], u64); 9] = [
        ("past its end", vec![("t", "FloatStorage", "0", 4, 2, &[3], &[1])], &data, 4),
        ("stride of 0", vec![("t", "FloatStorage", "0", 4, 0, &[1 << 30], &[0])], &data, 4),
        ("overflow", vec![("t", "FloatStorage", "0", 4, 0, &[i32::MAX; 4], &[1; 4])], &data, 4),
        ("negative", vec![("t", "FloatStorage", "0", 4, 0, &[-1], &[1])], &data, 4),
        ("other rank", vec![("t", "FloatStorage", "0", 4, 0, &[4], &[1, 1])], &data, 4),
        ("9 dimensions", vec![("t", "FloatStorage", "0", 4, 0, &[1; 9], &[1; 9])], &data, 4),
        (
            "storage too long",
            vec![("t", "FloatStorage", "0", 1 << 30, 0, &[1], &[1])],
            &data,
            1 << 30,
        ),
        ("no such storage", vec![("t", "FloatStorage", "9", 4, 0, &[4], &[1])], &data, 4),
        ("shared over and over", many, &[0; 4 * 4096], 4096),
    ];
    for (what, entries, data, len) in cases {
        let state = state_dict(&entries);
        for bytes in [legacy(&state, &[("0", data, len)]), zipped(&state, &[("0", data, len)])] {
            assert!(read(&bytes).is_err(), "{what}");
        }
    }
}

#[test]
fn code_in_a_checkpoint_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let proof = dir.path().join("ran");
    let mut state = b"\x80\x02cos\nsystem\n".to_vec();
    text(&mut state, &format!("touch {}", proof.display()));
    state.extend(b"\x85R.");
    for bytes in [legacy(&state, &[]), zipped(&state, &[])] {
        let err = read(&bytes).unwrap_err();
        assert!(err.to_string().contains("'os.system'"), "{err}");
        assert!(!proof.exists());
    }
}

#[test]
fn compressed_archives_are_refused() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("m/data.pkl", deflated).unwrap();
    archive.write_all(&vec![b')'; 1 << 20]).unwrap();
    let err = read(&archive.finish().unwrap().into_inner()).unwrap_err();
    assert!(err.to_string().contains("compressed"), "{err}");
}

#[test]
fn the_published_checkpoint_is_read_and_its_truncations_are_not() {
    let file = "efficientnet-lite0-57934424.pth";
    let Some(path) = fettle_testing::data::model("efficientnet-lite0", file) else { return };
    let bytes = std::fs::read(path).unwrap();
    let tensors = read(&bytes).unwrap();
    // 296 tensors, of which 49 count batches.
    assert_eq!(tensors.len(), 247);
    assert_eq!(tensors["_conv_stem.weight"].dims(), [32, 3, 3, 3]);
    assert_eq!(tensors["_fc.weight"].dims(), [1000, 1280]);
    for keep in [0, 14, 15, 20, 136, 5_000, 42_000, 47_000, 1_000_000, bytes.len() - 1] {
        assert!(read(&bytes[..keep]).is_err(), "{keep} bytes");
    }
}

proptest! {
    #[test]
    fn damage_never_panics(at in 0usize..4096, byte: u8, keep in 0usize..4096) {
        for mut bytes in samples() {
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read(&bytes);
            bytes.truncate(keep % bytes.len());
            let _ = read(&bytes);
        }
    }
}

#[test]
fn a_tensor_saved_without_a_dictionary_is_read() {
    // What torch 2 writes for `torch.save(torch.tensor([[1., 2.], [3., 4.]]))`.
    let mut state = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((".to_vec();
    text(&mut state, "storage");
    state.extend(b"ctorch\nFloatStorage\n");
    text(&mut state, "0");
    text(&mut state, "cpu");
    state.extend(b"K\x04tQK\x00K\x02K\x02\x86K\x02K\x01\x86\x89ccollections\nOrderedDict\n)RtR.");
    let numbers = floats(&[1., 2., 3., 4.]);
    for file in [legacy(&state, &[("0", &numbers, 4)]), zipped(&state, &[("0", &numbers, 4)])] {
        let tensors = read(&file).unwrap();
        let rows = tensors[UNNAMED].to_vec2::<f32>().unwrap();
        assert_eq!((tensors.len(), rows), (1, vec![vec![1., 2.], vec![3., 4.]]));
    }
}
