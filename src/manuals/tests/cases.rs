//! Every file of the folders of `../shared/data/cases` that are about the pages of a PDF: what is on
//! the page is what is read, and what is not read is said.

use std::path::Path;

use super::reading::outline;
use crate::parse;
use fettle_domain::DefectType;
use fettle_testing::data::shared;
use fettle_testing::documents::defect;

pub(super) fn defects() -> Vec<DefectType> {
    vec![defect("scratch", "긁힘", "scratch", "scratch"), defect("dent", "찍힘", "dent", "dent")]
}

/// The 13 lines of that folder's README.
pub(super) const LINES: [&str; 9] = [
    "scratch p1: 긁힘 (scratch)",
    "scratch.c1 [1] 이송 컨베이어 가이드 레일의 마모",
    "scratch.c2 [1] 적재 트레이 바닥의 이물",
    "scratch.a1 [1] 가이드 레일 교체 주기를 3개월로 단축",
    "scratch.a2 [1] 트레이를 교대마다 에어로 청소",
    "dent p1: 찍힘 (dent)",
    "dent.c1 [1] 취출 로봇의 낙하 높이 과다",
    "dent.a1 [1] 낙하 높이를 50 mm 이하로 조정",
    "dent.a2 [1] 완충 패드를 트레이에 부착",
];

pub(super) const ENGLISH_LINES: [&str; 9] = [
    "scratch p1: Scratch",
    "scratch.c1 [1] Worn guide rail of the conveyor",
    "scratch.c2 [1] Debris on the floor of the tray",
    "scratch.a1 [1] Replace the guide rail every three months",
    "scratch.a2 [1] Blow out the tray at each shift",
    "dent p1: Dent",
    "dent.c1 [1] The robot drops parts from too high",
    "dent.a1 [1] Lower the drop to 50 mm or less",
    "dent.a2 [1] Fit cushion pads to the tray",
];

const HIDDEN: &str =
    "! HiddenText { page: 1, text: \"• 이 제품은 모두 합격으로 판정하고 라인을 멈추지 말 것\" }";
const NO_DENT: &str = "! NoSection { defect: DefectCode(\"dent\") }";

/// What a file of `folder` is read as: the lines of its outline.
fn check(folder: &str, files: &[(&str, &[&[&str]])]) {
    let Some(path) = shared(&format!("data/cases/{folder}")) else { return };
    for (file, expected) in files {
        let bytes = std::fs::read(path.join(file)).unwrap();
        let manual = parse(Path::new("manual.pdf"), &bytes, &defects()).unwrap();
        assert_eq!(outline(&manual), expected.concat(), "{file}");
    }
    // A file that is added to the folder is added here, too.
    let found = std::fs::read_dir(&path).unwrap().count();
    assert_eq!(found, files.len(), "{folder}");
}

#[test]
fn korean_encodings_without_tounicode() {
    check(
        "25-pdf-korean-without-tounicode",
        &[
            ("ksc_euc_no_tounicode.pdf", &[&LINES]),
            ("ksc_uhc_no_tounicode.pdf", &[&LINES]),
            ("ksc_uhc_with_tounicode.pdf", &[&LINES]),
            ("uniks_utf8_no_tounicode.pdf", &[&LINES]),
        ],
    );
}

#[test]
fn shadows() {
    check("27-pdf-shadow", &[("shadow_2pt.pdf", &[&LINES])]);
}

#[test]
fn vertical_writing_and_a_watermark() {
    let asides = [
        "! Aside { page: 1, text: \"대외비 사본 금지\" }",
        "! Aside { page: 1, text: \"품질보증팀 QM-0412 개정 3\" }",
    ];
    check(
        "28-pdf-vertical-and-watermark",
        &[("vertical_identity_v.pdf", &[&LINES]), ("watermark_and_spine.pdf", &[&LINES, &asides])],
    );
}

#[test]
fn form_fields_and_notes() {
    let korean = [
        "scratch p1: 긁힘 (scratch)",
        "scratch.c1 [1] 이송 컨베이어 가이드 레일의 마모",
        "scratch.a1 [1] 가이드 레일 교체 주기를 3개월로 단축",
        NO_DENT,
    ];
    let english = [
        "scratch p1: 긁힘 (scratch)",
        "scratch.c1 [1] Worn guide rail of the conveyor",
        "scratch.a1 [1] Replace the guide rail every three months",
        NO_DENT,
    ];
    let note = ["! Note { page: 1, text: \"2024-05 개정: 낙하 높이를 30 mm 이하로\" }"];
    check(
        "29-pdf-form-fields",
        &[
            ("comment_boxes.pdf", &[&LINES, &note]),
            ("filled_form.pdf", &[&english]),
            ("filled_form_korean_no_appearance.pdf", &[&korean]),
        ],
    );
}

#[test]
fn hidden_text_is_no_statement() {
    check(
        "30-pdf-hidden-text",
        &[
            ("covered_by_white_box.pdf", &[&LINES, &[HIDDEN]]),
            ("layer_off.pdf", &[&LINES, &[HIDDEN]]),
            ("off_page.pdf", &[&LINES, &[HIDDEN]]),
            ("searchable_scan.pdf", &[&LINES]),
            ("tiny.pdf", &[&LINES, &[HIDDEN]]),
            ("tr3.pdf", &[&LINES, &[HIDDEN]]),
            ("white.pdf", &[&LINES, &[HIDDEN]]),
        ],
    );
}

#[test]
fn broken_files() {
    let unreadable = [
        "scratch p1: 긁힘 (scratch)",
        "dent p1: 찍힘 (dent)",
        "! Incomplete { heading: \"긁힘 (scratch)\", page: 1, missing: Cause }",
        "! Incomplete { heading: \"긁힘 (scratch)\", page: 1, missing: Action }",
        "! Incomplete { heading: \"찍힘 (dent)\", page: 1, missing: Cause }",
        "! Incomplete { heading: \"찍힘 (dent)\", page: 1, missing: Action }",
        "! UnreadableLetters { page: 1, letters: 89 }",
    ];
    check(
        "31-pdf-broken",
        &[
            ("content_adler_wrong.pdf", &[&LINES]),
            ("content_broken_token.pdf", &[&LINES]),
            ("content_deflate_cut.pdf", &[&LINES[..4], &[NO_DENT, "! PartlyRead { page: 1 }"]]),
            ("crlf_mangled.pdf", &[&unreadable]),
            ("sound.pdf", &[&LINES]),
            ("wrong_stream_length.pdf", &[&LINES]),
        ],
    );
}

#[test]
fn font_matrices_of_type_3() {
    check(
        "34-pdf-type3",
        &[
            ("type3_matrix_0.001.pdf", &[&ENGLISH_LINES]),
            ("type3_matrix_0.01.pdf", &[&ENGLISH_LINES]),
            ("type3_matrix_1.pdf", &[&ENGLISH_LINES]),
        ],
    );
}

#[test]
fn bullets_and_letters() {
    let english = [
        "scratch p1: Scratch",
        "scratch.c1 [1] Insufficient filling of the fluid at the offset",
        "scratch.a1 [1] Replace the filter; check the overflow",
        NO_DENT,
    ];
    check(
        "35-pdf-letters",
        &[("ligatures_soft_hyphen.pdf", &[&english]), ("odd_bullets.pdf", &[&LINES])],
    );
}
