BEGIN TRANSACTION;
CREATE TABLE action_changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection INTEGER NOT NULL REFERENCES inspections (id),
    state      TEXT NOT NULL CHECK (state IN ('open', 'done')),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    via     TEXT NOT NULL,
    action  TEXT NOT NULL CHECK (action IN ('added', 'changed', 'removed')),
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    before  TEXT,
    after   TEXT,
    hash    TEXT NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,'2026-12-01T02:57:39.698Z','root','cli','added','products','prod1',NULL,'{"code":"prod1","name_ko":"주조제품","name_en":"Casting","added_at":"2026-12-01T02:57:39.698445721Z","removed_at":null}','df19f9f87b8c6bdc28bf6c45ac0f6d2c55f2fc1aff426175e7c4f07e7bff9607');
INSERT INTO "audit" VALUES(2,'2026-12-01T02:57:39.725Z','root','cli','added','defect_types','prod1/hole',NULL,'{"product":"prod1","code":"hole","name_ko":"기공","name_en":"hole","full_name":"hole (기공)","added_at":"2026-12-01T02:57:39.725118005Z","removed_at":null}','bce1302ea2dcaa7aeb29f93624ae91950604a3b5ab62b7f684597b169e04420a');
INSERT INTO "audit" VALUES(3,'2026-12-01T02:57:39.758Z','root','cli','added','images','1',NULL,'{"id":1,"product":"prod1","defect":"hole","path":"data/def_split/prod1_hole_1.png","content_hash":"5a7741b95058c6ac9af995e25edc884c656520f7873fc8a214f485c2475b607a","width_px":16,"height_px":16,"added_at":"2026-12-01T02:57:39.758245422Z","removed_at":null,"region":null,"region_changes":0,"original_name":"defect.png"}','b90ef4d05c0b0901ea1370cb6915d5a76811dd0d07cf931dc5b11c8630cdba09');
INSERT INTO "audit" VALUES(4,'2026-12-01T02:57:39.787Z','root','cli','added','images','2',NULL,'{"id":2,"product":"prod1","defect":null,"path":"data/patchCore/prod1/ok/prod1_ok_1.png","content_hash":"33ae9c0e91f5ae3af2c72bed315959884eda952780d420cffa5cad8efb4d668f","width_px":16,"height_px":16,"added_at":"2026-12-01T02:57:39.787327428Z","removed_at":null,"region":null,"region_changes":0,"original_name":"normal.png"}','0396ef4dabd6ccf47aa57089fc33ff0f4dc5db0b0d66689c0cf842b730ee19b2');
INSERT INTO "audit" VALUES(5,'2026-12-01T02:57:39.816Z','root','cli','added','manuals','1',NULL,'{"id":1,"product":"prod1","path":"manual_store/prod1_manual.md","original_name":"manual.md","content_hash":"989c5c2cd8bf02b26ae340f610949d08ee89b0d38f11811bd0112f5ffc2f2154","added_at":"2026-12-01T02:57:39.816305599Z","replaced_at":null}','ad19b31217479f868ab074931151093a88f80e8497805c57a62d2ae3b3ba5792');
INSERT INTO "audit" VALUES(6,'2026-12-01T02:57:39.877Z','root','cli','added','judgements','1',NULL,'{"id":1,"inspection":1,"verdict":"ng","defect":"hole","note":"가장자리","judged_by":"root","judged_at":"2026-12-01T02:57:39.877205612Z"}','8c7e6d4d66cad62ec7e81d5f94674a884ba07052ff54877e2c988fa140f84a5f');
INSERT INTO "audit" VALUES(7,'2026-12-01T02:57:39.908Z','root','cli','added','feedback','1',NULL,'{"id":1,"inspection":1,"question":null,"product":null,"defect":null,"shown":null,"rating":"good","note":"","right":null,"given_by":"root","given_at":"2026-12-01T02:57:39.90790177Z"}','94d85ae10cdf996b177f4ee70738310940c98901033919c930eb76aea979f61c');
INSERT INTO "audit" VALUES(8,'2026-12-01T02:57:39.940Z','root','cli','added','corrective_action_imports','1',NULL,'{"id":1,"file":"actions.csv","imported_by":"root","imported_at":"2026-12-01T02:57:39.94082272Z"}','c6900d69fb2a16044be41149f6d6b9e9c566cad82c4fdcaa0796e44b20f5095f');
INSERT INTO "audit" VALUES(9,'2026-12-01T02:57:39.941Z','root','cli','added','corrective_actions','1',NULL,'{"id":1,"product":"prod1","defect":"hole","inspection":null,"entry":"{\"problem\":\"Hole at the edge\",\"root_cause\":\"Wet sand\",\"containment\":\"\",\"action\":\"Dried the sand\",\"prevention\":\"\",\"owner\":\"\",\"note\":\"\",\"opened\":\"2026-03-01\",\"due\":null,\"done\":null,\"verified\":null,\"effect\":\"unknown\"}","digest":"11820b772fa10bcfc316c67d7aa289851ef990fe1a5ed6a2c55669f75d0d350e","newest_day":"2026-03-01","source":"{\"from\":\"imported\",\"import\":1,\"file\":\"actions.csv\",\"place\":2}","import":1,"written_by":"root","written_at":"2026-12-01T02:57:39.941112341Z","removed_at":null}','49886130740cc47aa9c93cd25d733377e2aae8735bbcd4490d436160bd44949d');
CREATE TABLE banks (
    product         TEXT NOT NULL REFERENCES products (code),
    version         INTEGER NOT NULL CHECK (version > 0),
    model           TEXT NOT NULL,
    path            TEXT NOT NULL,
    image_threshold REAL NOT NULL,
    pixel_threshold REAL NOT NULL,
    scale_low       REAL NOT NULL,
    scale_high      REAL NOT NULL,
    created_at      TEXT NOT NULL,
    active          INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)), area_hash TEXT, unsure_threshold REAL, term_path TEXT,
    PRIMARY KEY (product, version)
) STRICT;
CREATE TABLE corrective_action_imports (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    file        TEXT NOT NULL,
    imported_by TEXT NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;
INSERT INTO "corrective_action_imports" VALUES(1,'actions.csv','root','2026-12-01T02:57:39.94082272Z');
CREATE TABLE corrective_action_revisions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    action     INTEGER NOT NULL REFERENCES corrective_actions (id),
    defect     TEXT,
    entry      TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL
) STRICT;
CREATE TABLE corrective_actions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    product    TEXT NOT NULL,
    defect     TEXT,
    inspection INTEGER REFERENCES inspections (id),
    entry      TEXT NOT NULL,
    digest     TEXT NOT NULL,
    newest_day TEXT NOT NULL,
    source     TEXT NOT NULL,
    import     INTEGER,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    removed_at TEXT
) STRICT;
INSERT INTO "corrective_actions" VALUES(1,'prod1','hole',NULL,'{"problem":"Hole at the edge","root_cause":"Wet sand","containment":"","action":"Dried the sand","prevention":"","owner":"","note":"","opened":"2026-03-01","due":null,"done":null,"verified":null,"effect":"unknown"}','11820b772fa10bcfc316c67d7aa289851ef990fe1a5ed6a2c55669f75d0d350e','2026-03-01','{"from":"imported","import":1,"file":"actions.csv","place":2}',1,'root','2026-12-01T02:57:39.941112341Z',NULL);
CREATE TABLE defect_types (
    product   TEXT NOT NULL REFERENCES products (code),
    code      TEXT NOT NULL,
    name_ko   TEXT NOT NULL,
    name_en   TEXT NOT NULL,
    full_name TEXT NOT NULL,
    added_at  TEXT NOT NULL, removed_at TEXT,
    PRIMARY KEY (product, code)
) STRICT;
INSERT INTO "defect_types" VALUES('prod1','hole','기공','hole','hole (기공)','2026-12-01T02:57:39.725118005Z',NULL);
CREATE TABLE deleted_rows (
    deletion INTEGER NOT NULL REFERENCES deletions (id),
    kind     TEXT NOT NULL CHECK (kind IN ('image', 'manual')),
    row      INTEGER NOT NULL,
    PRIMARY KEY (deletion, kind, row)
) STRICT, WITHOUT ROWID;
CREATE TABLE deletions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    product    TEXT NOT NULL,
    defect     TEXT,
    bank       INTEGER,
    deleted_by TEXT NOT NULL,
    deleted_at TEXT NOT NULL,
    undone_at  TEXT
) STRICT;
CREATE TABLE feedback (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection INTEGER REFERENCES inspections (id),
    question   TEXT,
    product    TEXT,
    defect     TEXT,
    -- What the answer showed, and the section that would have been right, as JSON.
    shown      TEXT,
    rating     TEXT CHECK (rating IN ('good', 'bad')),
    note       TEXT NOT NULL,
    right      TEXT,
    given_by   TEXT NOT NULL,
    given_at   TEXT NOT NULL,
    CHECK ((inspection IS NULL) <> (question IS NULL))
) STRICT;
INSERT INTO "feedback" VALUES(1,1,NULL,NULL,NULL,NULL,'good','',NULL,'root','2026-12-01T02:57:39.90790177Z');
CREATE TABLE file_numbers (
    stem TEXT PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL
) STRICT;
INSERT INTO "file_numbers" VALUES('data/def_split/prod1_hole',1);
INSERT INTO "file_numbers" VALUES('data/patchCore/prod1/ok/prod1_ok',1);
INSERT INTO "file_numbers" VALUES('manual_store/prod1_manual',1);
CREATE TABLE history (
    inspection    INTEGER PRIMARY KEY NOT NULL REFERENCES inspections (id),
    created_at    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    product       TEXT,
    defect        TEXT,
    verdict       TEXT NOT NULL,
    image_score   REAL,
    source        TEXT NOT NULL,
    image_path    TEXT,
    judged        TEXT,
    judged_defect TEXT,
    action        TEXT NOT NULL DEFAULT 'open' CHECK (action IN ('open', 'done'))
, first INTEGER, newest INTEGER NOT NULL DEFAULT 1 CHECK (newest IN (0, 1))) STRICT;
INSERT INTO "history" VALUES(1,'2026-12-01T02:57:40+00:00',1796093860000,'prod1',NULL,'unsure',NULL,'defect.png','data/uploads/5a7741b95058c6ac.png','ng','hole','open',1,1);
CREATE TABLE images (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    product      TEXT NOT NULL REFERENCES products (code),
    defect       TEXT,
    path         TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    width_px     INTEGER NOT NULL CHECK (width_px > 0),
    height_px    INTEGER NOT NULL CHECK (height_px > 0),
    added_at     TEXT NOT NULL,
    removed_at   TEXT, region TEXT CHECK (region IS NULL OR defect IS NOT NULL), region_changes INTEGER NOT NULL DEFAULT 0, original_name TEXT,
    FOREIGN KEY (product, defect) REFERENCES defect_types (product, code)
) STRICT;
INSERT INTO "images" VALUES(1,'prod1','hole','data/def_split/prod1_hole_1.png','5a7741b95058c6ac9af995e25edc884c656520f7873fc8a214f485c2475b607a',16,16,'2026-12-01T02:57:39.758245422Z',NULL,NULL,0,'defect.png');
INSERT INTO "images" VALUES(2,'prod1',NULL,'data/patchCore/prod1/ok/prod1_ok_1.png','33ae9c0e91f5ae3af2c72bed315959884eda952780d420cffa5cad8efb4d668f',16,16,'2026-12-01T02:57:39.787327428Z',NULL,NULL,0,'normal.png');
CREATE TABLE inspection_areas (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    product      TEXT NOT NULL REFERENCES products (code),
    effect       TEXT NOT NULL CHECK (effect IN ('inspect', 'ignore')),
    polygon      TEXT,
    path         TEXT UNIQUE,
    content_hash TEXT,
    added_at     TEXT NOT NULL,
    removed_at   TEXT,
    CHECK ((polygon IS NULL) <> (path IS NULL)),
    CHECK ((path IS NULL) = (content_hash IS NULL))
) STRICT;
CREATE TABLE inspections (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    product       TEXT,
    defect        TEXT,
    verdict       TEXT NOT NULL,
    image_score   REAL,
    image_hash    TEXT NOT NULL,
    record        TEXT NOT NULL
) STRICT;
INSERT INTO "inspections" VALUES(1,'2026-12-01T02:57:40+00:00',1796093860000,'prod1',NULL,'unsure',NULL,'5a7741b95058c6ac9af995e25edc884c656520f7873fc8a214f485c2475b607a','{"id":null,"created_at":"2026-12-01T02:57:40+00:00","source":"defect.png","image_hash":"5a7741b95058c6ac9af995e25edc884c656520f7873fc8a214f485c2475b607a","image_path":"data/uploads/5a7741b95058c6ac.png","width_px":16,"height_px":16,"product":"prod1","product_given":true,"models":[],"verdict":"unsure","similarity":{"state":"skipped","result":{"reason":"no_model","model":"efficientnet-lite0"}},"anomaly":{"state":"skipped","result":{"reason":"no_bank","product":"prod1"}},"manual":{"state":"skipped","result":{"reason":"no_defect"}},"report":{"state":"skipped","result":{"reason":"no_defect"}},"view":{"state":"skipped","result":{"reason":"not_asked"}},"notices":[],"timings":[{"name":"read","ms":0.025658999999999998},{"name":"decode","ms":0.156212},{"name":"last-time","ms":0.00011999999999999999},{"name":"pipeline","ms":14.220195}]}');
CREATE TABLE judgements (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection INTEGER NOT NULL REFERENCES inspections (id),
    verdict    TEXT CHECK (verdict IN ('ok', 'ng', 'unsure')),
    defect     TEXT,
    note       TEXT NOT NULL,
    judged_by  TEXT NOT NULL,
    judged_at  TEXT NOT NULL
) STRICT;
INSERT INTO "judgements" VALUES(1,1,'ng','hole','가장자리','root','2026-12-01T02:57:39.877205612Z');
CREATE TABLE lesson_decisions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    lesson     TEXT NOT NULL,
    decision   TEXT CHECK (decision IN ('accepted', 'refused')),
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
) STRICT;
CREATE TABLE manual_corrections (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    product       TEXT NOT NULL REFERENCES products (code),
    original_name TEXT NOT NULL,
    path          TEXT NOT NULL,
    edits         TEXT NOT NULL,
    saved_at      TEXT NOT NULL
) STRICT;
CREATE TABLE manual_labels (
    label    TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    saved_at TEXT NOT NULL
) STRICT;
CREATE TABLE manual_texts (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    manual         INTEGER NOT NULL REFERENCES manuals (id),
    content_hash   TEXT NOT NULL,
    parser_version INTEGER NOT NULL,
    text           TEXT NOT NULL,
    saved_at       TEXT NOT NULL
, corrections TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "manual_texts" VALUES(1,1,'989c5c2cd8bf02b26ae340f610949d08ee89b0d38f11811bd0112f5ffc2f2154',7,'{"page_count":3,"sections":[{"heading":"기공 (hole)","defect":"hole","page":1,"causes":[{"id":"hole.c1","kind":"cause","text":"탈기 불량","spans":[{"page":2,"rect":{"x":0.0,"y":0.0,"width":0.0,"height":0.0}}]}],"actions":[{"id":"hole.a1","kind":"action","text":"탈기를 강화한다.","spans":[{"page":3,"rect":{"x":0.0,"y":0.0,"width":0.0,"height":0.0}}]}],"parts":[]}],"summary":[],"passages":[],"warnings":[]}','2026-12-01T02:57:39.816472067Z','');
CREATE TABLE manuals (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    product       TEXT NOT NULL REFERENCES products (code),
    path          TEXT NOT NULL,
    original_name TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    added_at      TEXT NOT NULL,
    replaced_at   TEXT
) STRICT;
INSERT INTO "manuals" VALUES(1,'prod1','manual_store/prod1_manual.md','manual.md','989c5c2cd8bf02b26ae340f610949d08ee89b0d38f11811bd0112f5ffc2f2154','2026-12-01T02:57:39.816305599Z',NULL);
CREATE TABLE people (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('operator', 'supervisor', 'engineer', 'admin')),
    pin        TEXT NOT NULL,
    added_at   TEXT NOT NULL,
    removed_at TEXT
) STRICT;
CREATE TABLE placements (
    path         TEXT PRIMARY KEY NOT NULL,
    content_hash TEXT NOT NULL,
    begun_at     TEXT NOT NULL
) STRICT;
CREATE TABLE product_settings (
    product TEXT NOT NULL REFERENCES products (code),
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (product, key)
) STRICT;
CREATE TABLE products (
    code     TEXT PRIMARY KEY NOT NULL,
    name_ko  TEXT NOT NULL,
    name_en  TEXT NOT NULL,
    added_at TEXT NOT NULL
, removed_at TEXT) STRICT;
INSERT INTO "products" VALUES('prod1','주조제품','Casting','2026-12-01T02:57:39.698445721Z',NULL);
CREATE TABLE renamed_codes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    product TEXT NOT NULL,
    defect  TEXT,
    looked  TEXT NOT NULL
) STRICT;
CREATE TABLE threshold_changes (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    product         TEXT NOT NULL,
    version         INTEGER NOT NULL,
    changed_at      TEXT NOT NULL,
    image_threshold REAL NOT NULL,
    pixel_threshold REAL NOT NULL,
    scale_low       REAL NOT NULL,
    scale_high      REAL NOT NULL,
    rule            TEXT NOT NULL, unsure_threshold REAL, term_path TEXT,
    FOREIGN KEY (product, version) REFERENCES banks (product, version)
) STRICT;
CREATE TABLE tidied (
    image_path TEXT PRIMARY KEY NOT NULL,
    days       INTEGER NOT NULL CHECK (days > 0),
    tidied_at  TEXT NOT NULL,
    is_gone    INTEGER NOT NULL DEFAULT 0 CHECK (is_gone IN (0, 1))
) STRICT;
CREATE TABLE tokens (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('operator', 'supervisor', 'engineer', 'admin')),
    digest     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
) STRICT;
CREATE UNIQUE INDEX images_once ON images (content_hash, product, ifnull(defect, ''))
    WHERE removed_at IS NULL;
CREATE INDEX images_by_label ON images (product, defect) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX manuals_once ON manuals (content_hash, product) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX manuals_path ON manuals (path) WHERE replaced_at IS NULL;
CREATE INDEX manual_texts_by_manual ON manual_texts (manual);
CREATE UNIQUE INDEX banks_one_active ON banks (product) WHERE active = 1;
CREATE INDEX inspections_by_time ON inspections (created_at_ms);
CREATE INDEX inspections_by_product ON inspections (product, created_at_ms);
CREATE INDEX inspections_by_verdict ON inspections (verdict, created_at_ms);
CREATE INDEX inspections_by_image ON inspections (image_hash);
CREATE INDEX inspection_areas_by_product ON inspection_areas (product) WHERE removed_at IS NULL;
CREATE INDEX threshold_changes_by_bank ON threshold_changes (product, version, id);
CREATE INDEX history_by_time ON history (created_at_ms, inspection);
CREATE INDEX judgements_by_inspection ON judgements (inspection, id);
CREATE INDEX action_changes_by_inspection ON action_changes (inspection, id);
CREATE INDEX tidied_not_gone ON tidied (image_path) WHERE is_gone = 0;
CREATE INDEX history_by_image ON history (image_path);
CREATE INDEX corrective_actions_by_defect ON corrective_actions (product, defect);
CREATE INDEX corrective_actions_by_inspection ON corrective_actions (inspection);
CREATE INDEX corrective_action_revisions_by_action ON corrective_action_revisions (action, id);
CREATE INDEX manual_corrections_by_product ON manual_corrections (product);
CREATE INDEX feedback_by_subject ON feedback (inspection, question, product, defect, id);
CREATE INDEX lesson_decisions_by_lesson ON lesson_decisions (lesson, id);
CREATE INDEX history_by_part ON history (first, inspection);
CREATE UNIQUE INDEX tokens_once ON tokens (name) WHERE revoked_at IS NULL;
CREATE INDEX audit_by_subject ON audit (kind, subject, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
CREATE UNIQUE INDEX people_once ON people (name) WHERE removed_at IS NULL;
COMMIT;
PRAGMA user_version = 16;
