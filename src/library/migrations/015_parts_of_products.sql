-- Inspections of one photograph as one product are one part: what is said of a photograph as one product
-- says nothing about it as another, which migration 012 took for the same part. Links, newest inspections
-- and what people say are set anew for all.
UPDATE history SET first = (
    SELECT min(same.id)
    FROM inspections AS made
    JOIN inspections AS same ON same.image_hash = made.image_hash AND same.product IS made.product
    WHERE made.id = history.inspection);
UPDATE history SET newest = NOT EXISTS (
    SELECT 1 FROM history AS later
    WHERE later.first = history.first AND later.inspection > history.inspection);
UPDATE history SET (judged, judged_defect) = (
    SELECT said.verdict, said.defect
    FROM judgements AS said JOIN history AS of ON of.inspection = said.inspection
    WHERE of.first = history.first ORDER BY said.id DESC LIMIT 1);
UPDATE history SET action = ifnull((
        SELECT said.state
        FROM action_changes AS said JOIN history AS of ON of.inspection = said.inspection
        WHERE of.first = history.first ORDER BY said.id DESC LIMIT 1), 'open');
