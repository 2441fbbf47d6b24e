//! Products and defect types.

use super::fixtures::{hole, library, prod1};
use crate::LibraryError;
use fettle_domain::{DefectType, Product, ProductCode};

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
