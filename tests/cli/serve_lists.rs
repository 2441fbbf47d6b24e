//! Lists of `fettle serve`, page by page.

use fettle_testing::data::has_models;
use serde_json::Value;

use crate::live_server::{Field, LiveServer, MODELS};
use crate::serve::{demo_picture, parts};

#[test]
fn pages_are_those_of_the_list_as_it_was_while_parts_are_inspected() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let parts = parts(&server);
    // What the list is filtered by; each selects the demo's three parts, and more as they come.
    let filters = [
        "",
        "&text=part",
        "&repeated=true",
        "&review=unjudged",
        "&since=2020-01-01T00:00:00Z",
        "&until=2999-01-01T00:00:00%2B09:00",
        "&since=2020-01-01T00:00:00Z&text=PART&review=unjudged&repeated=false",
    ];
    let mut copy = 0;
    for filter in filters {
        let list = |address: &str| server.get(address).must_be(200).json();
        let ids = |page: &Value| -> Vec<i64> {
            let rows = page["inspections"].as_array().unwrap();
            rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
        };
        let whole = list(&format!("/api/v1/inspections?limit=500{filter}"));
        assert!(whole["next"].is_null(), "{filter}");
        let (expected, limit) = (ids(&whole), ids(&whole).len() / 2);
        let mut page = list(&format!("/api/v1/inspections?limit={limit}{filter}"));
        let mut found = ids(&page);
        while let Some(next) = page["next"].as_str() {
            // A part that nobody saw yet, and one of the demo's once more.
            copy += 1;
            let mut picture = image::load_from_memory(&demo_picture(&server, &parts[0])).unwrap();
            let sample = picture.as_mut_rgb8().unwrap().get_pixel_mut(copy, 1);
            sample.0[1] ^= 1;
            let mut bytes = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
            for picture in [bytes.into_inner(), demo_picture(&server, &parts[1])] {
                let form = [Field::File("image", "new part.png", picture)];
                server.post_form("/api/v1/inspections", &form).must_be(201);
            }
            page = list(next);
            assert_eq!(page["total"], expected.len(), "{filter}");
            found.extend(ids(&page));
        }
        assert_eq!(found, expected, "{filter}");
        let now = list(&format!("/api/v1/inspections?limit=1{filter}"));
        assert!(now["total"].as_u64().unwrap() > expected.len() as u64, "{filter}");
    }
    let ng = server.get("/api/v1/inspections?verdict=ng&text=part").must_be(200).json();
    assert!(ng["inspections"].as_array().unwrap().iter().all(|row| row["verdict"] == "ng"));
}
