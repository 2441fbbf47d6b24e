//! What the scans of a progressive JPEG have brought so far.

use super::bits::BitReader;
use super::frame::{Component, Frame};
use super::huffman::{HuffmanTable, NoSymbol};

/// The band of coefficients that a scan holds, and how finely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    /// First coefficient; 0 is the block's mean.
    pub(super) from: usize,
    /// Last coefficient, at most 63.
    pub(super) to: usize,
    /// Whether the scan adds a bit to what is known, and does not begin it.
    pub(super) refines: bool,
    /// Lower bits that are still missing after the scan.
    pub(super) missing_bits: u8,
}

/// What is known of one component.
pub(super) struct Coefficients {
    /// Blocks of a row of groups.
    stride: usize,
    /// For each block one bit a coefficient: whether it is other than 0. Refining scans hold a bit
    /// for each of those.
    present: Vec<u64>,
    /// Bits missing of each coefficient; `None`: nothing was sent.
    missing_bits: [Option<u8>; 64],
}

impl Coefficients {
    pub(super) fn new(frame: &Frame, component: &Component) -> Self {
        let (across, down) = frame.groups();
        let stride = across * component.across;
        let present = vec![0; stride * down * component.down];
        Self { stride, present, missing_bits: [None; 64] }
    }

    /// Whether all bits of all coefficients were sent.
    pub(super) fn is_complete(&self) -> bool {
        self.missing_bits.iter().all(|bits| *bits == Some(0))
    }

    /// Notes that a scan was read to its end.
    pub(super) fn sent(&mut self, band: Band) {
        if let Some(bits) = self.missing_bits.get_mut(band.from..=band.to) {
            bits.fill(Some(band.missing_bits));
        }
    }

    /// Reads a block of a scan of coefficients other than the mean. `run` counts the blocks to come
    /// in which nothing (more) begins.
    pub(super) fn read_block(
        &mut self,
        (column, row): (usize, usize),
        band: Band,
        table: &HuffmanTable,
        bits: &mut BitReader<'_>,
        run: &mut u32,
    ) -> Result<(), NoSymbol> {
        let at = row * self.stride + column;
        let Some(present) = self.present.get_mut(at) else { return Err(NoSymbol::Unknown) };
        match band.refines {
            false => begin(present, band, table, bits, run),
            true => refine(present, band, table, bits, run),
        }
    }
}

/// The length of a run of blocks that end here, this one included, by its symbol.
fn run_length(symbol: u8, bits: &mut BitReader<'_>) -> Result<u32, NoSymbol> {
    let length = u32::from(symbol >> 4);
    Ok((1 << length) + bits.take(length)?)
}

/// ITU-T T.81, G.1.2.2.
fn begin(
    present: &mut u64,
    band: Band,
    table: &HuffmanTable,
    bits: &mut BitReader<'_>,
    run: &mut u32,
) -> Result<(), NoSymbol> {
    if *run > 0 {
        *run -= 1;
        return Ok(());
    }
    let mut at = band.from;
    while at <= band.to {
        let symbol = table.decode(bits)?;
        match (usize::from(symbol >> 4), u32::from(symbol & 15)) {
            (15, 0) => at += 16,
            (_, 0) => {
                *run = run_length(symbol, bits)? - 1;
                return Ok(());
            }
            (zeros, length) => {
                at += zeros;
                if at > band.to {
                    return Err(NoSymbol::Unknown);
                }
                bits.skip(length)?;
                *present |= 1 << at;
                at += 1;
            }
        }
    }
    Ok(())
}

/// ITU-T T.81, G.1.2.3.
fn refine(
    present: &mut u64,
    band: Band,
    table: &HuffmanTable,
    bits: &mut BitReader<'_>,
    run: &mut u32,
) -> Result<(), NoSymbol> {
    let mut at = band.from;
    if *run == 0 {
        while at <= band.to {
            let symbol = table.decode(bits)?;
            let (mut zeros, length) = (symbol >> 4, symbol & 15);
            if length == 0 && zeros < 15 {
                *run = run_length(symbol, bits)?;
                break;
            }
            if length > 0 {
                // The sign of a new coefficient.
                bits.skip(1)?;
            }
            while at <= band.to {
                if *present >> at & 1 == 1 {
                    bits.skip(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if length > 0 {
                if at > band.to {
                    return Err(NoSymbol::Unknown);
                }
                *present |= 1 << at;
            }
            at += 1;
        }
    }
    if *run > 0 {
        let known = (at..=band.to).filter(|at| *present >> at & 1 == 1).count();
        for _ in 0..known {
            bits.skip(1)?;
        }
        *run -= 1;
    }
    Ok(())
}
