//! Whole JPEGs of every way of coding, and what happens to them on the way.

use proptest::prelude::*;

use super::segments::{EOI, SOS, next_segment};
use super::*;
use crate::image_file::fault::Fault;
use fettle_testing::data::golden;

/// Files of `tests/golden/jpeg` with the quality they were written at.
const WHOLE: [(&str, u8); 10] = [
    ("baseline", 90),
    ("grey", 75),
    ("fine_colour", 95),
    ("half_colour", 60),
    ("restarts", 90),
    ("progressive", 90),
    ("progressive_grey", 50),
    ("progressive_fine", 95),
    ("progressive_restarts", 80),
    ("cmyk", 90),
];

fn file(name: &str) -> Vec<u8> {
    std::fs::read(golden(&format!("jpeg/{name}.jpg"))).unwrap()
}

/// Where the data of each scan begin.
fn scans(bytes: &[u8]) -> Vec<usize> {
    let segments = |at: &mut usize| {
        let segment = next_segment(bytes, *at)?;
        *at = segment.end;
        Some(segment)
    };
    let mut at = 2;
    std::iter::from_fn(|| segments(&mut at))
        .filter(|segment| segment.marker == SOS)
        .map(|segment| segment.end)
        .collect()
}

fn is_damaged(bytes: &[u8]) -> bool {
    matches!(coded_data(bytes, None), Err(Fault::Damaged(_)))
}

#[test]
fn whole_files_are_whole_and_their_quality_is_estimated() {
    for (name, quality) in WHOLE {
        let found = coded_data(&file(name), None).unwrap();
        assert_eq!((found.size, found.end_without_marker), ((101, 77), None), "{name}");
        let estimate = found.quality.unwrap().0;
        assert!(estimate.abs_diff(quality) <= 2, "{name}: {estimate}, not {quality}");
    }
}

#[test]
fn a_file_cut_anywhere_in_its_data_is_damaged_whatever_its_end() {
    for (name, _) in WHOLE {
        let whole = file(name);
        let first = scans(&whole)[0];
        for share in 0..20 {
            let cut = first + (whole.len() - 2 - first) * share / 20;
            for end in [&b""[..], &[0xFF, EOI], b"vendor", &[0; 64]] {
                let bytes = [&whole[..cut], end].concat();
                // Bytes put behind may be read as data; then the rest does not fit.
                assert!(is_damaged(&bytes), "{name} cut at {share}/20, {end:?} behind");
            }
        }
    }
}

#[test]
fn a_whole_file_is_read_whatever_follows_its_data() {
    for (name, _) in WHOLE {
        let whole = file(name);
        let data = &whole[..whole.len() - 2];
        let preview = file("grey");
        let tails: [&[u8]; 6] =
            [b"", &[0], b"vendor!!", &[0xFF; 3], b"\xFF\xE1 no segment of ours", &preview];
        for tail in tails {
            let found = coded_data(&[data, tail].concat(), None);
            let end = found.map(|found| found.end_without_marker);
            assert_eq!(end, Ok(Some(data.len())), "{name} and {} bytes", tail.len());
        }
        // With its end marker, and padding before or anything behind.
        for (padding, tail) in [(&b""[..], &b"tail"[..]), (&[0xFF; 9], b""), (&[0; 4000], b"")] {
            let bytes = [data, padding, &[0xFF, EOI], tail].concat();
            let found = coded_data(&bytes, None);
            assert_eq!(found.map(|found| found.end_without_marker), Ok(None), "{name}");
        }
    }
}

#[test]
fn a_progressive_file_without_one_of_its_scans_is_damaged() {
    for (name, _) in WHOLE.into_iter().filter(|(name, _)| name.starts_with("progressive")) {
        let whole = file(name);
        for (number, start) in scans(&whole).into_iter().enumerate().skip(1) {
            // The file up to the marker of this scan.
            let before =
                (0..start).rev().find(|at| whole[*at..].starts_with(&[0xFF, SOS])).unwrap();
            let bytes = [&whole[..before], &[0xFF, EOI]].concat();
            assert!(is_damaged(&bytes), "{name} without scan {number} and those after it");
        }
    }
}

#[test]
fn a_part_between_restart_markers_that_is_missing_or_twice_there_is_damage() {
    for name in ["restarts", "progressive_restarts"] {
        let whole = file(name);
        let markers: Vec<usize> = (scans(&whole)[0]..whole.len() - 1)
            .filter(|at| whole[*at] == 0xFF && (0xD0..0xD8).contains(&whole[*at + 1]))
            .collect();
        assert!(markers.len() > 3, "{name}: {}", markers.len());
        for pair in markers.windows(2).take(6) {
            let (from, to) = (pair[0], pair[1]);
            assert!(is_damaged(&[&whole[..from], &whole[to..]].concat()), "{name}: missing");
            assert!(is_damaged(&[&whole[..to], &whole[from..]].concat()), "{name}: twice");
            let mut renamed = whole.clone();
            renamed[from + 1] ^= 1;
            assert!(is_damaged(&renamed), "{name}: renumbered");
        }
    }
}

#[test]
fn more_data_than_the_size_holds_are_damage() {
    for name in ["baseline", "grey", "fine_colour"] {
        let mut flat = file(name);
        let frame = flat.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        flat[frame + 6] = 40;
        assert!(is_damaged(&flat), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_are_damage_or_a_whole_picture(
        name in prop::sample::select(WHOLE.map(|(name, _)| name).to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        keep in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = file(name);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            // A large size takes large tables, as it should.
            if !(140..180).contains(&at) {
                bytes[at] = byte;
            }
        }
        if cut {
            bytes.truncate(keep.index(bytes.len()));
        }
        let _ = read_kind(&bytes);
        if let Ok(found) = coded_data(&bytes, None) {
            prop_assert!(found.end_without_marker.is_none_or(|end| end <= bytes.len()));
        }
    }
}
