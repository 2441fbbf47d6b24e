//! Whether all rows of a JPEG are there: its entropy-coded data are read, without computing pixels,
//! and its blocks counted. End markers say nothing: cut files get one, whole files lack it.

use super::bits::BitReader;
use super::frame::{Component, Frame};
use super::huffman::{HuffmanTable, NoSymbol};
use super::progressive::{Band, Coefficients};
use super::quality::{quality_of, read_tables};
use super::segments::{DHT, DQT, DRI, EOI, SOS, next_marker, next_segment};
use crate::image_file::fault::Fault;
use fettle_domain::{ImageDamage, JpegQuality};

/// Bytes after the last block of a scan that are padding, whatever they are; more of them are data
/// that the blocks lack. Bytes of one value are padding in any number.
const PADDING_BYTES: usize = 16;

/// What the coded data of a JPEG say, all of whose rows are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::image_file) struct CodedData {
    /// How strongly it was compressed, if it has a quantisation table.
    pub(in crate::image_file) quality: Option<JpegQuality>,
    /// Where the coded data end, if no end marker follows them.
    pub(in crate::image_file) end_without_marker: Option<usize>,
    /// Width and height by the frame header.
    pub(in crate::image_file) size: (usize, usize),
    /// Number of components.
    pub(in crate::image_file) components: usize,
}

/// Reads the coded data of a JPEG. `tables` are those of a TIFF, which stand before the data of each
/// of its parts.
///
/// The header must have been checked against the limits of a picture's size: a progressive JPEG
/// takes a byte for each 8 of its pixels.
///
/// # Errors
/// [`Fault::Damaged`] where rows, scans or parts between restart markers are missing.
pub(in crate::image_file) fn coded_data(
    bytes: &[u8],
    tables: Option<&[u8]>,
) -> Result<CodedData, Fault> {
    let mut reader = Reader::default();
    if let Some(tables) = tables {
        let mut at = 2;
        while let Some(segment) = next_segment(tables, at) {
            reader.table(segment.marker, segment.payload)?;
            at = segment.end;
        }
    }
    reader.read(bytes)
}

/// Tables and state while the segments are read.
#[derive(Default)]
struct Reader {
    quantisation: [Option<[u16; 64]>; 4],
    dc: [Option<HuffmanTable>; 4],
    ac: [Option<HuffmanTable>; 4],
    /// Groups of blocks between two restart markers; 0: none.
    restart_interval: usize,
    frame: Option<Frame>,
    /// One a component, of a progressive frame.
    coefficients: Vec<Coefficients>,
    /// Whether each component of another frame was read.
    read: Vec<bool>,
    /// Scans that were begun.
    scans: u32,
}

/// A component of a scan.
struct ScanComponent {
    place: usize,
    component: Component,
    dc: usize,
    ac: usize,
}

impl Reader {
    /// Reads a segment of tables; other segments are passed over.
    fn table(&mut self, marker: u8, payload: &[u8]) -> Result<(), Fault> {
        match marker {
            DQT => {
                for (number, table) in read_tables(payload) {
                    if let Some(place) = self.quantisation.get_mut(usize::from(number)) {
                        *place = Some(table);
                    }
                }
            }
            DHT => {
                let broken = || Fault::damaged("a Huffman table is broken");
                for (class, number, table) in HuffmanTable::read_all(payload).ok_or_else(broken)? {
                    let tables = if class == 0 { &mut self.dc } else { &mut self.ac };
                    if let Some(place) = tables.get_mut(usize::from(number)) {
                        *place = Some(table);
                    }
                }
            }
            DRI => {
                let interval = payload.first_chunk().map_or(0, |two| u16::from_be_bytes(*two));
                self.restart_interval = usize::from(interval);
            }
            _ => {}
        }
        Ok(())
    }

    fn read(mut self, bytes: &[u8]) -> Result<CodedData, Fault> {
        let mut at = 2;
        while let Some(segment) = next_segment(bytes, at) {
            at = segment.end;
            match segment.marker {
                EOI => break,
                SOS => match self.scan(segment.payload, bytes, at)? {
                    Some(end) => at = end,
                    // Standard tables are left out of frames of films: the decoder knows them.
                    None => return Ok(self.found(None)),
                },
                marker => match Frame::read(marker, segment.payload) {
                    Some(frame) if self.frame.is_none() => self.begin(frame?),
                    _ => self.table(marker, segment.payload)?,
                },
            }
            if segment.marker == SOS && self.is_complete() {
                let marker = next_marker(bytes, at).and_then(|at| bytes.get(at + 1));
                let end_without_marker = (marker != Some(&EOI)).then_some(at);
                return Ok(self.found(end_without_marker));
            }
        }
        let progressive = self.frame.as_ref().is_some_and(|frame| frame.progressive);
        Err(Fault::Damaged(match self.scans {
            0 => ImageDamage::NoPicture,
            whole if progressive => ImageDamage::Scans { whole },
            _ => ImageDamage::Decoder("a component of its colour is missing".to_owned()),
        }))
    }

    fn begin(&mut self, frame: Frame) {
        self.read = vec![false; frame.components.len()];
        if frame.progressive {
            let of = |component| Coefficients::new(&frame, component);
            self.coefficients = frame.components.iter().map(of).collect();
        }
        self.frame = Some(frame);
    }

    fn is_complete(&self) -> bool {
        match self.frame.as_ref().is_some_and(|frame| frame.progressive) {
            true => self.coefficients.iter().all(Coefficients::is_complete),
            false => self.read.iter().all(|read| *read),
        }
    }

    fn found(&self, end_without_marker: Option<usize>) -> CodedData {
        let size = self.frame.as_ref().map_or((0, 0), |frame| (frame.width, frame.height));
        let components = self.frame.as_ref().map_or(0, |frame| frame.components.len());
        CodedData { quality: self.quality(), end_without_marker, size, components }
    }

    fn quality(&self) -> Option<JpegQuality> {
        let first = self.frame.as_ref()?.components.first()?;
        self.quantisation.get(usize::from(first.table))?.as_ref().map(quality_of)
    }

    /// Reads the scan whose data begin at `at` and returns where they end; `None` where a Huffman
    /// table is missing, so that nothing can be said.
    fn scan(&mut self, header: &[u8], bytes: &[u8], at: usize) -> Result<Option<usize>, Fault> {
        self.scans += 1;
        let Some(frame) = self.frame.clone() else {
            return Err(Fault::damaged("its data come before their frame header"));
        };
        let (members, band) = scan_header(&frame, header)
            .ok_or_else(|| Fault::damaged("the header of a scan is broken"))?;
        let is_mean = band.from == 0;
        let lacks = |member: &ScanComponent| {
            let needs_dc = is_mean && !(frame.progressive && band.refines);
            let needs_ac = !frame.progressive || !is_mean;
            let none = |tables: &[Option<HuffmanTable>; 4], number: usize| {
                tables.get(number).is_none_or(Option::is_none)
            };
            (needs_dc && none(&self.dc, member.dc)) || (needs_ac && none(&self.ac, member.ac))
        };
        if members.iter().any(lacks) {
            return Ok(None);
        }
        let (across, down) = match members.as_slice() {
            [one] => frame.blocks(&one.component),
            _ => frame.groups(),
        };
        let mut bits = BitReader::new(bytes, at);
        let (mut run, mut restarts) = (0, 0u8);
        let total = across * down;
        for group in 0..total {
            if self.restart_interval > 0 && group > 0 && group % self.restart_interval == 0 {
                let at = restart(bytes, bits.position(), restarts)?;
                bits = BitReader::new(bytes, at);
                (run, restarts) = (0, restarts.wrapping_add(1));
            }
            let place = (group % across, group / across);
            let read = self.group(&members, place, band, &mut bits, &mut run);
            read.map_err(|fault| ends_early(fault, &frame, self.scans, (place.1, down)))?;
        }
        for member in &members {
            if frame.progressive {
                if let Some(known) = self.coefficients.get_mut(member.place) {
                    known.sent(band);
                }
            } else if let Some(read) = self.read.get_mut(member.place) {
                *read = true;
            }
        }
        let end = bits.position();
        leftover(bytes, end)?;
        Ok(Some(end))
    }

    /// Reads the blocks of a group.
    fn group(
        &mut self,
        members: &[ScanComponent],
        (column, row): (usize, usize),
        band: Band,
        bits: &mut BitReader<'_>,
        run: &mut u32,
    ) -> Result<(), NoSymbol> {
        let progressive = !self.coefficients.is_empty();
        for member in members {
            let (across, down) = match members.len() {
                1 => (1, 1),
                _ => (member.component.across, member.component.down),
            };
            for block in 0..across * down {
                let dc = self.dc.get(member.dc).and_then(Option::as_ref);
                let ac = self.ac.get(member.ac).and_then(Option::as_ref);
                match (progressive, band.from) {
                    (true, 0) if band.refines => bits.skip(1)?,
                    (true, 0) => mean(dc, bits)?,
                    (true, _) => {
                        let place = (column * across + block % across, row * down + block / across);
                        let (Some(known), Some(ac)) = (self.coefficients.get_mut(member.place), ac)
                        else {
                            return Err(NoSymbol::Unknown);
                        };
                        known.read_block(place, band, ac, bits, run)?;
                    }
                    (false, _) => {
                        mean(dc, bits)?;
                        sequential(ac, bits)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads the mean of a block.
fn mean(table: Option<&HuffmanTable>, bits: &mut BitReader<'_>) -> Result<(), NoSymbol> {
    let length = table.ok_or(NoSymbol::Unknown)?.decode(bits)?;
    match length {
        0..=15 => Ok(bits.skip(u32::from(length))?),
        _ => Err(NoSymbol::Unknown),
    }
}

/// Reads the other coefficients of a block that is sent at once.
fn sequential(table: Option<&HuffmanTable>, bits: &mut BitReader<'_>) -> Result<(), NoSymbol> {
    let table = table.ok_or(NoSymbol::Unknown)?;
    let mut at = 1;
    while at < 64 {
        let symbol = table.decode(bits)?;
        match (usize::from(symbol >> 4), u32::from(symbol & 15)) {
            (15, 0) => at += 16,
            (_, 0) => return Ok(()),
            (zeros, length) => {
                at += zeros + 1;
                if at > 64 {
                    return Err(NoSymbol::Unknown);
                }
                bits.skip(length)?;
            }
        }
    }
    Ok(())
}

/// The components of a scan and its band.
fn scan_header(frame: &Frame, header: &[u8]) -> Option<(Vec<ScanComponent>, Band)> {
    let (count, rest) = header.split_first()?;
    let count = usize::from(*count);
    let (named, rest) = rest.split_at_checked(count * 2)?;
    let (named, _) = named.as_chunks::<2>();
    let members: Option<Vec<ScanComponent>> = named
        .iter()
        .map(|[id, tables]| {
            let place = frame.components.iter().position(|component| component.id == *id)?;
            let component = *frame.components.get(place)?;
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            Some(ScanComponent { place, component, dc, ac })
        })
        .collect();
    let members = members.filter(|members| !members.is_empty())?;
    if !frame.progressive {
        let band = Band { from: 0, to: 63, refines: false, missing_bits: 0 };
        return Some((members, band));
    }
    let [from, to, bits, ..] = rest else { return None };
    let (from, to) = (usize::from(*from), usize::from(*to));
    let band = Band { from, to, refines: bits >> 4 > 0, missing_bits: bits & 15 };
    let sound = from <= to && to < 64 && (from > 0 || to == 0) && (from == 0 || count == 1);
    sound.then_some((members, band))
}

/// The position after the restart marker that should follow `at`.
fn restart(bytes: &[u8], at: usize, number: u8) -> Result<usize, Fault> {
    let found = next_marker(bytes, at);
    let marker = found.and_then(|at| bytes.get(at + 1));
    match found.filter(|_| marker == Some(&(0xD0 | number & 7))) {
        Some(at) => Ok(at + 2),
        None => Err(Fault::Damaged(ImageDamage::Part)),
    }
}

/// Refuses data after the last block of a scan.
fn leftover(bytes: &[u8], end: usize) -> Result<(), Fault> {
    let Some(next) = next_marker(bytes, end) else { return Ok(()) };
    let is_ours = matches!(bytes.get(next + 1), Some(&(EOI | SOS | DHT | DQT | DRI)));
    let rest = bytes.get(end..next).unwrap_or_default();
    let is_padding = rest.len() <= PADDING_BYTES || rest.windows(2).all(|pair| pair[0] == pair[1]);
    if is_ours && !is_padding {
        return Err(Fault::Damaged(ImageDamage::TooMuch { bytes: rest.len() as u64 }));
    }
    Ok(())
}

/// The fault of data that end, or cannot be read on, in this row of groups of `down`.
fn ends_early(fault: NoSymbol, frame: &Frame, scan: u32, (row, down): (usize, usize)) -> Fault {
    let rows = (frame.height * row / down.max(1)) as u32;
    let of = frame.height as u32;
    Fault::Damaged(match (fault, frame.progressive) {
        (NoSymbol::Ended, true) => ImageDamage::Scans { whole: scan.saturating_sub(1) },
        (NoSymbol::Ended, false) => ImageDamage::Ends { rows, of },
        (NoSymbol::Unknown, _) => ImageDamage::Broken { rows, of },
    })
}
