//! Memory banks and changes of their thresholds.

use super::fixtures::{bank, library, prod1};
use crate::{BankThresholds, Library, LibraryError, RegisteredBank};
use fettle_domain::{ContentHash, HeatmapScale, ThresholdRule, Thresholds};

#[test]
fn one_bank_of_a_product_is_in_use() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    assert_eq!(library.next_bank_version(&prod1()).unwrap(), 1);
    assert_eq!(library.active_bank(&prod1()).unwrap(), None);
    let registered = |version, active| RegisteredBank {
        bank: bank(version),
        path: format!("data/patchCore/prod1/bank_{version}.safetensors"),
        thresholds: Thresholds::without_zone(1.1, 0.9),
        scale: HeatmapScale { low: 0.3, high: 2.2 },
        term: (version == 2).then(|| "models/patchCore/prod1/v2.defects".to_owned()),
        area: (version == 2).then(|| ContentHash("ef".repeat(32))),
        created_at: "2026-11-22T10:00:00Z".into(),
        active,
    };
    library.add_bank(&registered(1, true)).unwrap();
    library.add_bank(&registered(2, false)).unwrap();
    assert_eq!(library.active_bank(&prod1()).unwrap(), Some(registered(1, true)));
    library.set_active_bank(&bank(2)).unwrap();
    assert_eq!(library.active_bank(&prod1()).unwrap(), Some(registered(2, true)));
    let error = library.set_active_bank(&bank(9)).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownBank(_)), "{error}");
    let error = library.add_bank(&registered(2, true)).unwrap_err();
    assert!(matches!(error, LibraryError::BankExists(_)), "{error}");
    assert_eq!(library.active_bank(&prod1()).unwrap(), Some(registered(2, true)));
    library.add_bank(&registered(3, true)).unwrap();
    assert_eq!(library.banks(&prod1()).unwrap().len(), 3);
    assert_eq!(library.next_bank_version(&prod1()).unwrap(), 4);
}

#[test]
fn changes_of_thresholds_are_undone_one_by_one() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let limits = |image: f32| BankThresholds {
        thresholds: Thresholds { unsure: 0.9 * image, image, pixel: 0.8 * image },
        scale: HeatmapScale { low: 0.3, high: 2.0 * image },
        term: (image > 1.0).then(|| format!("v2-{image}.defects")),
    };
    let rule = |rate| ThresholdRule::MaxOverkill { rate };
    for version in [1, 2] {
        let BankThresholds { thresholds, scale, term } = limits(1.0);
        let registered = RegisteredBank {
            bank: bank(version),
            path: format!("data/patchCore/prod1/{version}.bank"),
            thresholds,
            scale,
            term,
            area: None,
            created_at: "2026-11-22T10:00:00Z".into(),
            active: version == 2,
        };
        library.add_bank(&registered).unwrap();
    }
    let in_force = |library: &Library| {
        let active = library.active_bank(&prod1()).unwrap().unwrap();
        BankThresholds { thresholds: active.thresholds, scale: active.scale, term: active.term }
    };
    library.change_thresholds(&bank(2), &limits(2.0), &rule(0.02)).unwrap();
    library.change_thresholds(&bank(2), &limits(3.0), &rule(0.03)).unwrap();
    assert_eq!(in_force(&library), limits(3.0));
    assert_eq!(library.threshold_changes(&bank(2)).unwrap(), [rule(0.02), rule(0.03)]);
    // The other version's limits are its own.
    assert_eq!(library.undo_threshold_change(&bank(1)).unwrap(), None);
    for (undone, left) in [(2.0, 1), (1.0, 0)] {
        assert_eq!(library.undo_threshold_change(&bank(2)).unwrap(), Some(limits(undone)));
        assert_eq!(in_force(&library), limits(undone));
        assert_eq!(library.threshold_changes(&bank(2)).unwrap().len(), left);
    }
    assert_eq!(library.undo_threshold_change(&bank(2)).unwrap(), None);
    let error = library.change_thresholds(&bank(9), &limits(2.0), &rule(0.02)).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownBank(_)), "{error}");
}
