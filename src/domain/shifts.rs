//! The shifts of a day.

use serde::{Deserialize, Serialize};

/// Hours of a day.
const DAY: u8 = 24;

/// Hours of the day, in the local time of what was recorded: from `begin` on and before `end`, which may
/// be on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hours {
    /// The first hour, 0 to 23.
    pub begin: u8,
    /// The hour that is not among them any more, 0 to 23; as `begin`: all hours are.
    pub end: u8,
}

impl Hours {
    /// How many hours, 1 to 24.
    pub fn count(self) -> u8 {
        match (self.end % DAY + DAY - self.begin % DAY) % DAY {
            0 => DAY,
            hours => hours,
        }
    }

    /// Whether `hour` of the day, 0 to 23, is among them.
    pub fn contain(self, hour: u8) -> bool {
        (hour % DAY + DAY - self.begin % DAY) % DAY < self.count()
    }
}

impl std::fmt::Display for Hours {
    /// Formats as `06–14`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}–{:02}", self.begin, self.end)
    }
}

/// The hours at which the shifts of a day begin. Of equal ones there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftPlan(pub [u8; 3]);

impl Default for ShiftPlan {
    fn default() -> Self {
        Self([6, 14, 22])
    }
}

impl ShiftPlan {
    /// The last hour at which a shift can begin.
    pub const LAST_HOUR: u8 = DAY - 1;

    /// The shifts, in the order of the hours at which they begin.
    pub fn shifts(&self) -> Vec<Hours> {
        let mut begins = self.0.map(|hour| hour.min(Self::LAST_HOUR)).to_vec();
        begins.sort_unstable();
        begins.dedup();
        let ends = begins.iter().cycle().skip(1);
        begins.iter().zip(ends).map(|(begin, end)| Hours { begin: *begin, end: *end }).collect()
    }
}

/// Parts that were inspected in one hour of the day, and the NG and unsure ones among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HourCount {
    /// The hour of local time, 0 to 23.
    pub hour: u8,
    /// Number of parts.
    pub parts: usize,
    /// Number of NG ones.
    pub ng: usize,
    /// Number of unsure ones.
    pub unsure: usize,
}

/// Parts of one lot: those whose photographs lay in one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotCount {
    /// The folder, with its last separator.
    pub folder: String,
    /// Number of parts.
    pub parts: usize,
    /// Number of NG ones.
    pub ng: usize,
    /// Number of unsure ones.
    pub unsure: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shifts_of_a_plan_divide_the_day() {
        // Begins, the shifts.
        for (begins, expected) in [
            ([6, 14, 22], "06–14 14–22 22–06"),
            ([22, 6, 14], "06–14 14–22 22–06"),
            ([7, 19, 19], "07–19 19–07"),
            ([0, 0, 0], "00–00"),
            ([8, 99, 8], "08–23 23–08"),
        ] {
            let shifts = ShiftPlan(begins).shifts();
            let said: Vec<String> = shifts.iter().map(Hours::to_string).collect();
            assert_eq!(said.join(" "), expected);
            for hour in 0..24 {
                let of_hour = shifts.iter().filter(|shift| shift.contain(hour)).count();
                assert_eq!(of_hour, 1, "{begins:?} at {hour}");
            }
            assert_eq!(shifts.iter().map(|shift| u32::from(shift.count())).sum::<u32>(), 24);
        }
    }
}
