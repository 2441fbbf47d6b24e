//! Units as manuals and questions write them.

/// The most letters of a unit.
const MAX_LETTERS: usize = 8;

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// ℃, ℉.
    Temperature,
    /// mm, μm, m.
    Length,
    /// g, kg, t.
    Mass,
    /// Seconds to months.
    Duration,
    /// bar, `MPa`, psi.
    Pressure,
    /// Per cent, ppm.
    Share,
    /// A change in time: mm/s, rpm, ℃/s.
    Rate,
    /// V.
    Voltage,
    /// A.
    Current,
    /// N, kN, kgf.
    Force,
    /// N·m.
    Torque,
    /// W, kW.
    Power,
    /// Hz.
    Frequency,
    /// mPa·s, cps.
    Viscosity,
    /// How many times.
    Times,
}

/// A unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// The spelling under which it is compared.
    pub name: &'static str,
    /// What it measures.
    pub dimension: Dimension,
}

/// Spellings in lower case, each with the one under which it is compared.
const UNITS: [(&str, &str, Dimension); 83] = {
    use Dimension as D;
    [
        ("℃", "℃", D::Temperature),
        ("°c", "℃", D::Temperature),
        ("º c", "℃", D::Temperature),
        ("ºc", "℃", D::Temperature),
        ("c", "℃", D::Temperature),
        ("degrees", "℃", D::Temperature),
        ("도", "℃", D::Temperature),
        ("℉", "℉", D::Temperature),
        ("°f", "℉", D::Temperature),
        ("mm", "mm", D::Length),
        ("㎜", "mm", D::Length),
        ("밀리", "mm", D::Length),
        ("미리", "mm", D::Length),
        ("cm", "cm", D::Length),
        ("㎝", "cm", D::Length),
        ("센티", "cm", D::Length),
        ("m", "m", D::Length),
        ("미터", "m", D::Length),
        ("μm", "μm", D::Length),
        ("µm", "μm", D::Length),
        ("um", "μm", D::Length),
        ("㎛", "μm", D::Length),
        ("마이크론", "μm", D::Length),
        ("kg", "kg", D::Mass),
        ("㎏", "kg", D::Mass),
        ("킬로", "kg", D::Mass),
        ("g", "g", D::Mass),
        ("그램", "g", D::Mass),
        ("t", "t", D::Mass),
        ("초", "s", D::Duration),
        ("sec", "s", D::Duration),
        ("s", "s", D::Duration),
        ("seconds", "s", D::Duration),
        ("분", "min", D::Duration),
        ("min", "min", D::Duration),
        ("minutes", "min", D::Duration),
        ("시간", "h", D::Duration),
        ("h", "h", D::Duration),
        ("hr", "h", D::Duration),
        ("hours", "h", D::Duration),
        ("일", "d", D::Duration),
        ("days", "d", D::Duration),
        ("주", "w", D::Duration),
        ("weeks", "w", D::Duration),
        ("개월", "mo", D::Duration),
        ("months", "mo", D::Duration),
        ("bar", "bar", D::Pressure),
        ("mpa", "MPa", D::Pressure),
        ("㎫", "MPa", D::Pressure),
        ("kpa", "kPa", D::Pressure),
        ("pa", "Pa", D::Pressure),
        ("psi", "psi", D::Pressure),
        ("기압", "atm", D::Pressure),
        ("%", "%", D::Share),
        ("％", "%", D::Share),
        ("퍼센트", "%", D::Share),
        ("percent", "%", D::Share),
        ("ppm", "ppm", D::Share),
        ("rpm", "rpm", D::Rate),
        ("m/s", "m/s", D::Rate),
        ("mm/s", "mm/s", D::Rate),
        ("m/min", "m/min", D::Rate),
        ("l/min", "L/min", D::Rate),
        ("c/s", "℃/s", D::Rate),
        ("℃/s", "℃/s", D::Rate),
        ("°c/s", "℃/s", D::Rate),
        ("v", "V", D::Voltage),
        ("볼트", "V", D::Voltage),
        ("a", "A", D::Current),
        ("암페어", "A", D::Current),
        ("kn", "kN", D::Force),
        ("n", "N", D::Force),
        ("뉴턴", "N", D::Force),
        ("kgf", "kgf", D::Force),
        ("n·m", "N·m", D::Torque),
        ("nm", "N·m", D::Torque),
        ("회", "회", D::Times),
        ("times", "회", D::Times),
        ("hz", "Hz", D::Frequency),
        ("kw", "kW", D::Power),
        ("w", "W", D::Power),
        ("cps", "cps", D::Viscosity),
        ("mpa·s", "mPa·s", D::Viscosity),
    ]
};
/// The unit that `text` begins with, and its letters. `m` is none in `mold`; particles may follow:
/// `℃로`.
pub fn unit_at_start(text: &str) -> Option<(usize, Unit)> {
    let rest: String = text.chars().take(MAX_LETTERS + 1).flat_map(char::to_lowercase).collect();
    let letters = |written: &str| {
        let next = rest.strip_prefix(written)?.chars().next();
        let is_latin = written.ends_with(|c: char| c.is_ascii_alphabetic());
        let ends = next.is_none_or(|c| !(is_latin && (c.is_ascii_alphabetic() || c == '/')));
        ends.then_some(written.chars().count())
    };
    UNITS
        .iter()
        .filter_map(|(written, name, dimension)| {
            Some((letters(written)?, Unit { name, dimension: *dimension }))
        })
        .max_by_key(|(letters, _)| *letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_read_whole() {
        for (text, expected) in [
            ("℃로 유지", Some(("℃", Dimension::Temperature))),
            ("C before", Some(("℃", Dimension::Temperature))),
            ("C/s", Some(("℃/s", Dimension::Rate))),
            ("mm/s", Some(("mm/s", Dimension::Rate))),
            ("MPa", Some(("MPa", Dimension::Pressure))),
            ("mPa·s", Some(("mPa·s", Dimension::Viscosity))),
            ("minutes", Some(("min", Dimension::Duration))),
            ("Nm", Some(("N·m", Dimension::Torque))),
            ("시간마다", Some(("h", Dimension::Duration))),
            ("mold", None),
            ("clamps", None),
            ("", None),
        ] {
            let found = unit_at_start(text).map(|(_, unit)| (unit.name, unit.dimension));
            assert_eq!(found, expected, "{text}");
        }
    }
}
