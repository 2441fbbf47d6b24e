-- Inspections of one photograph are one part. `first` is the part's first inspection, its own number
-- for that one; `newest` marks the inspection that lists and counts take for the part. What people
-- say of a part (judgement, state of the action) stands in the rows of all its inspections.
ALTER TABLE history ADD COLUMN first INTEGER;
ALTER TABLE history ADD COLUMN newest INTEGER NOT NULL DEFAULT 1 CHECK (newest IN (0, 1));
UPDATE history SET first = (
    SELECT min(id) FROM inspections
    WHERE image_hash = (SELECT image_hash FROM inspections WHERE id = history.inspection));
CREATE INDEX history_by_part ON history (first, inspection);
UPDATE history SET newest = 0
    WHERE EXISTS (SELECT 1 FROM history AS later
                  WHERE later.first = history.first AND later.inspection > history.inspection);
UPDATE history SET (judged, judged_defect) = (
        SELECT said.verdict, said.defect
        FROM judgements AS said JOIN history AS of ON of.inspection = said.inspection
        WHERE of.first = history.first ORDER BY said.id DESC LIMIT 1)
    WHERE first IN (SELECT first FROM history WHERE newest = 0);
UPDATE history SET action = ifnull((
        SELECT said.state
        FROM action_changes AS said JOIN history AS of ON of.inspection = said.inspection
        WHERE of.first = history.first ORDER BY said.id DESC LIMIT 1), 'open')
    WHERE first IN (SELECT first FROM history WHERE newest = 0);
