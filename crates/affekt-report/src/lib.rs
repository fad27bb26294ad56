//! Tables, SVG figures and one self-contained HTML file from the files of a study.
