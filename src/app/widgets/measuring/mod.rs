//! Measuring in the picture of a part: lines with their lengths, and the scale that makes millimetres of
//! pixels.

mod line_list;
mod line_painting;
mod measure_tool;
mod scale_form;

pub(crate) use measure_tool::MeasureTool;
