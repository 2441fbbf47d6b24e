-- The first of a bank's two image thresholds: up to it a part is OK, up to `image_threshold` unsure.
-- NULL: a bank from before, whose two limits are one.
ALTER TABLE banks ADD COLUMN unsure_threshold REAL;
ALTER TABLE threshold_changes ADD COLUMN unsure_threshold REAL;

-- The file of what known defects teach a bank, relative to the workspace; NULL: nothing yet.
ALTER TABLE banks ADD COLUMN term_path TEXT;
ALTER TABLE threshold_changes ADD COLUMN term_path TEXT;
