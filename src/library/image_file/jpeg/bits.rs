//! The bits of entropy-coded data.

/// The data end before the bits that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended;

/// Reads bits up to the next marker or the end of the file; stuffing is taken out.
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// Position of the next byte.
    at: usize,
    /// Bits read ahead, in the upper end.
    ahead: u64,
    /// Number of them.
    count: u32,
    /// Positions after the last bytes read ahead, the newest in the lowest 4 bits, as the number of
    /// bytes of the file that each took.
    taken: u64,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, ahead: 0, count: 0, taken: 0 }
    }

    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(byte) = self.bytes.get(self.at).copied() else { return };
            let mut length = 1;
            if byte == 0xFF {
                // Stuffed; or a marker, which ends the data, as the end of the file does.
                if self.bytes.get(self.at + 1) != Some(&0) {
                    return;
                }
                length = 2;
            }
            self.at += length;
            self.ahead |= u64::from(byte) << (56 - self.count);
            self.count += 8;
            self.taken = self.taken << 4 | length as u64;
        }
    }

    /// The next 16 bits, zeros after the end, without going on.
    pub(super) fn peek16(&mut self) -> u32 {
        if self.count < 16 {
            self.fill();
        }
        (self.ahead >> 48) as u32
    }

    /// Passes over up to 16 bits.
    pub(super) fn skip(&mut self, count: u32) -> Result<(), Ended> {
        if self.count < count {
            self.fill();
            if self.count < count {
                return Err(Ended);
            }
        }
        self.ahead <<= count;
        self.count -= count;
        Ok(())
    }

    /// The next bits, at most 16, as a number.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, Ended> {
        let ahead = self.peek16();
        self.skip(count)?;
        Ok(if count == 0 { 0 } else { ahead >> (16 - count) })
    }

    /// The position after the byte of the last bit read: where a marker should stand.
    pub(super) fn position(&self) -> usize {
        let unread = self.count / 8;
        let back = (0..unread).map(|n| (self.taken >> (4 * n) & 15) as usize).sum::<usize>();
        self.at - back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_over_stuffing_up_to_a_marker() {
        let bytes = [0xAB, 0xFF, 0x00, 0xCD, 0xFF, 0xD0, 0x12];
        let mut bits = BitReader::new(&bytes, 0);
        assert_eq!((bits.position(), bits.take(4)), (0, Ok(0xA)));
        assert_eq!(bits.position(), 1);
        assert_eq!((bits.take(12), bits.position()), (Ok(0xBFF), 3));
        assert_eq!((bits.take(0), bits.take(8), bits.position()), (Ok(0), Ok(0xCD), 4));
        assert_eq!((bits.take(1), bits.skip(0)), (Err(Ended), Ok(())));
    }

    #[test]
    fn what_is_ahead_of_the_end_is_zeros() {
        let mut bits = BitReader::new(&[0x80], 0);
        assert_eq!(bits.peek16(), 0x8000);
        assert_eq!(bits.take(9), Err(Ended));
        assert_eq!(bits.take(8), Ok(0x80));
        assert_eq!(BitReader::new(&[], 7).take(1), Err(Ended));
    }
}
