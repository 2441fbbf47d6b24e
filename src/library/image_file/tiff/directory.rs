//! The directories of a TIFF: its pictures, by page or below a page.
//!
//! The `tiff` crate lists the pages only, and reads each as a picture that it must know; here a
//! directory is looked at without reading its picture.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Directories that are looked at; a film of more pictures is counted up to here.
const MOST_DIRECTORIES: usize = 65_536;
/// Entries of one directory that are looked at; more than any picture has.
const MOST_ENTRIES: u64 = 4096;

/// Numbers of tags (TIFF 6.0; TIFF/EP for the sub-directories; DNG).
pub(super) mod tag {
    pub(in super::super) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(in super::super) const SUBFILE_TYPE: u16 = 255;
    pub(in super::super) const WIDTH: u16 = 256;
    pub(in super::super) const HEIGHT: u16 = 257;
    pub(in super::super) const PHOTOMETRIC: u16 = 262;
    pub(in super::super) const SUB_DIRECTORIES: u16 = 330;
    pub(in super::super) const DNG_VERSION: u16 = 50_706;
}

/// A directory of a TIFF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directory {
    /// Position of the directory.
    pub(super) offset: u64,
    /// Whole-number values of up to 8 bytes, and where each stands, by tag.
    values: BTreeMap<u16, (u64, u64)>,
    /// Positions of sub-directories.
    sub_directories: Vec<u64>,
}

impl Directory {
    /// The first value of a tag, where it is a whole number.
    pub(super) fn value(&self, tag: u16) -> Option<u64> {
        self.values.get(&tag).map(|(value, _)| *value)
    }

    /// Position of the value of a tag.
    pub(super) fn value_offset(&self, tag: u16) -> Option<u64> {
        self.values.get(&tag).map(|(_, at)| *at)
    }

    /// Pixels of the picture; 0 where there is none.
    pub(super) fn pixels(&self) -> u64 {
        let side = |tag| self.value(tag).unwrap_or(0);
        side(tag::WIDTH).saturating_mul(side(tag::HEIGHT))
    }

    /// Whether it says that its picture is a smaller version of another, or a mask.
    pub(super) fn is_secondary(&self) -> bool {
        let new = self.value(tag::NEW_SUBFILE_TYPE).unwrap_or(0);
        new & 0b101 != 0 || self.value(tag::SUBFILE_TYPE) == Some(2)
    }
}

/// Byte order and version of a TIFF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    big_endian: bool,
    /// Whether positions take 8 bytes (`BigTIFF`).
    pub(super) big: bool,
}

impl Layout {
    /// The layout by the file's header.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let (big_endian, version) = match bytes.get(..4)? {
            [b'I', b'I', version, 0] => (false, *version),
            [b'M', b'M', 0, version] => (true, *version),
            _ => return None,
        };
        matches!(version, 42 | 43).then_some(Self { big_endian, big: version == 43 })
    }

    /// Position of the first directory's position.
    pub(super) fn first_at(self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    /// A position as the file writes it.
    pub(super) fn position_bytes(self, position: u64) -> Vec<u8> {
        match (self.big, self.big_endian) {
            (true, true) => position.to_be_bytes().to_vec(),
            (true, false) => position.to_le_bytes().to_vec(),
            (false, true) => (position as u32).to_be_bytes().to_vec(),
            (false, false) => (position as u32).to_le_bytes().to_vec(),
        }
    }

    /// A number of 2 bytes as the file writes it.
    pub(super) fn short_bytes(self, number: u16) -> [u8; 2] {
        if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    /// The whole number in `size` bytes at a position.
    fn number(self, bytes: &[u8], at: u64, size: usize) -> Option<u64> {
        let from = usize::try_from(at).ok()?;
        let digits = bytes.get(from..from.checked_add(size)?)?;
        let join = |number, digit: &u8| number << 8 | u64::from(*digit);
        Some(match self.big_endian {
            true => digits.iter().fold(0, join),
            false => digits.iter().rev().fold(0, join),
        })
    }

    /// The position in the file at a position.
    fn position(self, bytes: &[u8], at: u64) -> Option<u64> {
        self.number(bytes, at, if self.big { 8 } else { 4 })
    }
}

/// All directories of a file: the pages in their order, the directories below each behind it.
pub(super) fn directories(bytes: &[u8], layout: Layout) -> Vec<Directory> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::new();
    open.extend(layout.position(bytes, layout.first_at()));
    while let Some(at) = open.pop_front() {
        if at == 0 || found.len() == MOST_DIRECTORIES || !seen.insert(at) {
            continue;
        }
        let Some((directory, next)) = read(bytes, layout, at) else { continue };
        if let Some(next) = next {
            open.push_front(next);
        }
        for below in directory.sub_directories.iter().rev() {
            open.push_front(*below);
        }
        found.push(directory);
    }
    found
}

/// The picture to read: the first of the largest, previews and masks left out; and how many pictures
/// there are. What is at most half as wide and half as high as it counts as a preview, whether it
/// says so or not.
pub(super) fn chosen(directories: &[Directory]) -> Option<(&Directory, u32)> {
    let with_picture = || directories.iter().filter(|directory| directory.pixels() > 0);
    let is_only_secondary = with_picture().all(Directory::is_secondary);
    let pictures = || with_picture().filter(|one| is_only_secondary || !one.is_secondary());
    let largest = pictures().map(Directory::pixels).max()?;
    let chosen = pictures().find(|one| one.pixels() == largest)?;
    let side = |one: &Directory, tag| one.value(tag).unwrap_or(0);
    let is_preview = |one: &Directory| {
        [tag::WIDTH, tag::HEIGHT]
            .iter()
            .all(|tag| side(one, *tag).saturating_mul(2) <= side(chosen, *tag))
    };
    let count = pictures().filter(|one| !is_preview(one)).count();
    Some((chosen, u32::try_from(count).unwrap_or(u32::MAX)))
}

/// The directory at a position, and the position of the next.
fn read(bytes: &[u8], layout: Layout, offset: u64) -> Option<(Directory, Option<u64>)> {
    let (count_size, entry_size, inline) = if layout.big { (8, 20, 8) } else { (2, 12, 4) };
    let count = layout.number(bytes, offset, count_size)?;
    let first = offset.checked_add(count_size as u64)?;
    let mut directory = Directory { offset, values: BTreeMap::new(), sub_directories: Vec::new() };
    for index in 0..count.min(MOST_ENTRIES) {
        let at = first.checked_add(index * entry_size)?;
        let tag = layout.number(bytes, at, 2)? as u16;
        let size = match layout.number(bytes, at + 2, 2)? {
            1 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 13 => 4,
            16..=18 => 8,
            _ => continue,
        };
        let length = layout.number(bytes, at + 4, inline)?;
        let mut value_at = at + 4 + inline as u64;
        if length.checked_mul(size as u64).is_none_or(|total| total > inline as u64) {
            let Some(elsewhere) = layout.position(bytes, value_at) else { continue };
            value_at = elsewhere;
        }
        let Some(value) = layout.number(bytes, value_at, size) else { continue };
        directory.values.insert(tag, (value, value_at));
        if tag == tag::SUB_DIRECTORIES {
            let each = (0..length.min(MOST_ENTRIES))
                .map_while(|n| layout.number(bytes, value_at.checked_add(n * size as u64)?, size));
            directory.sub_directories = each.filter(|at| *at > 0).collect();
        }
    }
    let end = first.checked_add(count.checked_mul(entry_size)?)?;
    let next = layout.position(bytes, end).filter(|at| *at > 0);
    Some((directory, next))
}
