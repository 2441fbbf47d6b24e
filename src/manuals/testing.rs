//! What the room's tests share.

use crate::domain::{
    DefectCode, DefectType, LineSpan, ProductCode, RectPt, Section, Statement, StatementKind,
};

pub(crate) fn defect(code: &str, name_ko: &str, name_en: &str, full_name: &str) -> DefectType {
    DefectType {
        product: ProductCode::new("part").unwrap(),
        code: DefectCode::new(code).unwrap(),
        name_ko: name_ko.to_owned(),
        name_en: name_en.to_owned(),
        full_name: full_name.to_owned(),
    }
}

/// A section with two causes and three actions.
pub(crate) fn section(code: &str, heading: &str) -> Section {
    let statement = |kind, letter: char, i: usize, text: &str| Statement {
        id: format!("{code}.{letter}{i}"),
        kind,
        text: text.to_owned(),
        spans: vec![LineSpan { page: 1, rect: RectPt { x: 0.0, y: 0.0, width: 1.0, height: 1.0 } }],
    };
    Section {
        heading: heading.to_owned(),
        defect: DefectCode::new(code).ok(),
        page: 1,
        causes: vec![
            statement(StatementKind::Cause, 'c', 1, "용탕 내 가스가 배출되지 않음"),
            statement(StatementKind::Cause, 'c', 2, "주형 배출구 막힘 또는 탈기 불량"),
        ],
        actions: vec![
            statement(StatementKind::Action, 'a', 1, "탈기 장치 점검"),
            statement(StatementKind::Action, 'a', 2, "용탕 온도를 ±5℃로 유지"),
            statement(StatementKind::Action, 'a', 3, "배출 통로 정기 청소"),
        ],
    }
}
