//! Numbers in the names of registered files.

use fettle_domain::file_name_of;

/// The number in `<product>_<defect>_<number>.<ending>`.
pub(super) fn sequence(path: &str) -> Option<u32> {
    let name = file_name_of(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.rsplit('_').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_names() {
        for (path, number) in [
            ("data/def_split/prod1_hole_007.png", Some(7)),
            ("prod1_hole_12.jpeg", Some(12)),
            ("part.png", None),
            ("", None),
        ] {
            assert_eq!(sequence(path), number, "{path}");
        }
    }
}
