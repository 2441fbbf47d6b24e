//! Products and defect types.

use super::fixtures::{hole, library, prod1, write_picture};
use crate::{LabelFilter, LibraryError};
use fettle_domain::{CatalogueEntry, DefectCode, DefectType, Product, ProductCode};

#[test]
fn products_and_defect_types_are_added_once_and_renamed() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let named = |name: &str| Product {
        code: prod1(),
        name_ko: name.to_owned(),
        name_en: "Casting".to_owned(),
    };
    assert!(!library.add_product(&named("다른 이름")).unwrap());
    assert_eq!(library.product(&prod1()).unwrap().name_ko, "주조제품 A형");
    library.rename_product(&named("다른 이름")).unwrap();
    assert_eq!(library.products().unwrap(), [named("다른 이름")]);
    let defect = library.defect_type(&prod1(), &hole()).unwrap();
    let renamed = DefectType { name_ko: "구멍".into(), ..defect.clone() };
    assert!(!library.add_defect_type(&renamed).unwrap());
    assert_eq!(library.defect_types(&prod1()).unwrap(), [defect]);
    library.rename_defect_type(&renamed).unwrap();
    assert_eq!(library.defect_types(&prod1()).unwrap(), std::slice::from_ref(&renamed));
    let orphan = DefectType { product: ProductCode::new("none").unwrap(), ..renamed };
    let error = library.add_defect_type(&orphan).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownProduct(_)), "{error}");
}

#[test]
fn a_products_defect_types_go_and_come_back_with_it_but_not_those_deleted_before() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let picture = write_picture(root.path(), "in/1.png", 1);
    library.register_defect(&prod1(), &hole(), &picture).unwrap();
    let kept = library.defect_type(&prod1(), &hole()).unwrap();
    let burr = DefectCode::new("burr").unwrap();
    library.add_defect_type(&DefectType { code: burr.clone(), ..kept.clone() }).unwrap();
    let names = library.product(&prod1()).unwrap();
    let (product, of_burr) =
        (CatalogueEntry::Product(prod1()), CatalogueEntry::DefectType(prod1(), burr.clone()));
    let without_burr = library.delete_entry(&of_burr, "kim").unwrap();
    let without_product = library.delete_entry(&product, "kim").unwrap();

    // A defect type does not come back below a product that is not there.
    let error = library.undo_deletion(without_burr).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownProduct(_)), "{error}");

    // Registered anew, the product is empty.
    assert!(library.add_product(&names).unwrap());
    assert_eq!(library.defect_types(&prod1()).unwrap(), []);
    let defects = |library: &crate::Library| {
        library.images(Some(&prod1()), &LabelFilter::AnyDefect).unwrap().len()
    };
    assert_eq!(defects(&library), 0);
    assert_eq!(library.undo_deletion(without_product).unwrap(), product);
    assert_eq!(library.defect_types(&prod1()).unwrap(), std::slice::from_ref(&kept));
    assert_eq!(defects(&library), 1);
    assert_eq!(library.undo_deletion(without_burr).unwrap(), of_burr);
    assert_eq!(library.defect_types(&prod1()).unwrap().len(), 2);
}
