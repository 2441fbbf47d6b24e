-- Which part of a defect image shows the defect, as a person drew it: a rectangle in the image's
-- pixels, as JSON. `region_changes` counts how often it was drawn, so that an index knows an old
-- one.
ALTER TABLE images ADD COLUMN region TEXT CHECK (region IS NULL OR defect IS NOT NULL);
ALTER TABLE images ADD COLUMN region_changes INTEGER NOT NULL DEFAULT 0;
