//! Which requests a link lets pass: those of the page that it opens, and of the pictures on it.

use axum::extract::Request;
use axum::http::{Method, Uri};

use fettle_domain::InspectionId;

/// The part of the query that is the link.
const LINK: &str = "link";
/// Pictures on the page of an inspection.
const PICTURES: [&str; 3] = ["part", "overlay", "reference"];

/// Takes the link out of `request`, where links are taken: the inspection that is asked for, and the link.
/// Handlers know nothing of links in addresses.
pub(super) fn take_link(request: &mut Request) -> Option<(InspectionId, String)> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let inspection = inspection_of(request.uri()).filter(|_| reads)?;
    let query = request.uri().query()?.to_owned();
    let pairs = || url::form_urlencoded::parse(query.as_bytes());
    let (_name, link) = pairs().find(|(name, _)| name == LINK)?;
    let rest = pairs().filter(|(name, _)| name != LINK);
    let rest = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
    let address = match rest.is_empty() {
        true => request.uri().path().to_owned(),
        false => format!("{}?{rest}", request.uri().path()),
    };
    *request.uri_mut() = address.parse().ok()?;
    Some((inspection, link.into_owned()))
}

/// The inspection whose page or picture is at `uri`.
fn inspection_of(uri: &Uri) -> Option<InspectionId> {
    let segments: Vec<_> = uri.path().split('/').collect();
    let id = match segments.as_slice() {
        ["", "parts", id] => id,
        ["", "api", "v1", "inspections", id, "pictures", kind] if PICTURES.contains(kind) => id,
        _ => return None,
    };
    // Written as links write it: no other address leads to the same number.
    let number: i64 = id.parse().ok()?;
    (number.to_string() == *id).then_some(InspectionId(number))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn a_link_is_read_where_one_is_taken() {
        // Method, address, inspection and link, and the address without it.
        let cases = [
            ("GET", "/parts/3?link=a.b", Some((3, "a.b", "/parts/3"))),
            ("HEAD", "/parts/3?x=1%262&link=a%2Eb", Some((3, "a.b", "/parts/3?x=1%262"))),
            ("GET", "/parts/3?link=a&link=b", Some((3, "a", "/parts/3"))),
            (
                "GET",
                "/api/v1/inspections/3/pictures/overlay?link=a.b&width=64",
                Some((3, "a.b", "/api/v1/inspections/3/pictures/overlay?width=64")),
            ),
            ("GET", "/parts/3", None),
            ("POST", "/parts/3?link=a.b", None),
            ("GET", "/parts/3/judgement?link=a.b", None),
            ("GET", "/parts/03?link=a.b", None),
            ("GET", "/parts/%33?link=a.b", None),
            ("GET", "/parts/3/?link=a.b", None),
            ("GET", "/api/v1/inspections/3?link=a.b", None),
            ("GET", "/api/v1/inspections/3/map?link=a.b", None),
            ("GET", "/api/v1/inspections/3/pictures/heatmap?link=a.b", None),
            ("GET", "/?link=a.b", None),
        ];
        for (method, address, expected) in cases {
            let request = Request::builder().method(method).uri(address).body(Body::empty());
            let mut request = request.unwrap();
            let found = take_link(&mut request);
            let left = request.uri().to_string();
            let expected_left = expected.map_or(address, |(_, _, left)| left);
            let expected = expected.map(|(id, link, _)| (InspectionId(id), link.to_owned()));
            assert_eq!((found, left.as_str()), (expected, expected_left), "{method} {address}");
        }
    }
}
