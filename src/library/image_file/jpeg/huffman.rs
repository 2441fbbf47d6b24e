//! Huffman tables of a JPEG.

use super::bits::{BitReader, Ended};

/// Bits of the codes that are looked up at once; longer ones are rare.
const QUICK_BITS: u32 = 9;

/// A Huffman table: codes of 1 to 16 bits for symbols of a byte.
#[derive(Debug, Clone)]
pub(super) struct HuffmanTable {
    /// Length and symbol by the first bits of the data; length 0 for longer codes.
    quick: Vec<(u8, u8)>,
    /// For each length the code after its last, 0 where the length has no code, and the place of
    /// its first symbol less its first code.
    lengths: [(u32, i32); 17],
    symbols: Vec<u8>,
}

/// Why a symbol cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSymbol {
    /// The data end.
    Ended,
    /// No code begins so.
    Unknown,
}

impl From<Ended> for NoSymbol {
    fn from(_: Ended) -> Self {
        Self::Ended
    }
}

impl HuffmanTable {
    /// The table of this many codes of each length from 1 to 16; `None` where they do not fit.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut quick = vec![(0, 0); 1 << QUICK_BITS];
        let mut lengths = [(0, 0); 17];
        let (mut code, mut place) = (0u32, 0usize);
        for (length, count) in (1u32..).zip(counts) {
            let first = code;
            for _ in 0..*count {
                let symbol = *symbols.get(place)?;
                if code >> length != 0 {
                    return None;
                }
                if length <= QUICK_BITS {
                    let free = QUICK_BITS - length;
                    let from = (code << free) as usize;
                    quick.get_mut(from..from + (1 << free))?.fill((length as u8, symbol));
                }
                code += 1;
                place += 1;
            }
            if *count > 0 {
                let first_place = place - usize::from(*count);
                lengths[length as usize] = (code, first_place as i32 - first as i32);
            }
            code <<= 1;
        }
        Some(Self { quick, lengths, symbols: symbols.get(..place)?.to_vec() })
    }

    /// Reads the tables of a DHT segment, each with its class (0: DC, 1: AC) and number.
    pub(super) fn read_all(mut payload: &[u8]) -> Option<Vec<(u8, u8, Self)>> {
        let mut tables = Vec::new();
        while let [target, rest @ ..] = payload {
            let counts: &[u8; 16] = rest.first_chunk()?;
            let total = counts.iter().map(|count| usize::from(*count)).sum::<usize>();
            let symbols = rest.get(16..16 + total)?;
            tables.push((target >> 4, target & 15, Self::new(counts, symbols)?));
            payload = rest.get(16 + total..)?;
        }
        Some(tables)
    }

    /// The next symbol of the data.
    pub(super) fn decode(&self, bits: &mut BitReader<'_>) -> Result<u8, NoSymbol> {
        let ahead = bits.peek16();
        let (length, symbol) = self.quick[(ahead >> (16 - QUICK_BITS)) as usize];
        if length > 0 {
            bits.skip(u32::from(length))?;
            return Ok(symbol);
        }
        for length in QUICK_BITS + 1..=16 {
            let code = ahead >> (16 - length);
            let (after_last, offset) = self.lengths[length as usize];
            if code < after_last {
                let place = usize::try_from(code as i32 + offset).map_err(|_| NoSymbol::Unknown)?;
                let symbol = *self.symbols.get(place).ok_or(NoSymbol::Unknown)?;
                bits.skip(length)?;
                return Ok(symbol);
            }
        }
        // Where the data end within a code, that is what is wrong.
        bits.skip(16)?;
        Err(NoSymbol::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_counted_upwards_by_length() {
        // 00 → 5, 01 → 6, 100 → 7, then 1010_0000_000 (11 bits) → 8.
        let mut counts = [0; 16];
        (counts[1], counts[2], counts[10]) = (2, 1, 1);
        let table = HuffmanTable::new(&counts, &[5, 6, 7, 8]).unwrap();
        // 00 01 100 10100000000 01, then ones.
        let data = [0b0001_1001, 0b0100_0000, 0b0001_1111];
        let mut bits = BitReader::new(&data, 0);
        let read: Vec<_> = (0..6).map(|_| table.decode(&mut bits)).collect();
        let ended = Err(NoSymbol::Ended);
        assert_eq!(read, [Ok(5), Ok(6), Ok(7), Ok(8), Ok(6), ended]);
    }

    #[test]
    fn a_code_that_no_symbol_has_is_unknown() {
        let mut counts = [0; 16];
        counts[0] = 1;
        let table = HuffmanTable::new(&counts, &[1]).unwrap();
        let mut bits = BitReader::new(&[0b0111_1111, 0xFE, 0xFE], 0);
        assert_eq!(table.decode(&mut bits), Ok(1));
        assert_eq!(table.decode(&mut bits), Err(NoSymbol::Unknown));
    }

    #[test]
    fn more_codes_than_fit_and_too_few_symbols_are_no_table() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(HuffmanTable::new(&counts, &[1, 2, 3]).is_none());
        counts[0] = 2;
        assert!(HuffmanTable::new(&counts, &[1]).is_none());
    }
}
