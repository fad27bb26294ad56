//! Tables of a paper, with the numbers of the page.

mod escape;
mod float;

use std::path::{Path, PathBuf};

use affekt_artifact::write_atomic;

pub(crate) use escape::{comment, escape};
pub(crate) use float::tabular;

use crate::page::PaperTables;
use crate::study::Study;
use crate::{DataTable, ReportError};

/// Writes `results.tex`, `tests.tex` and `claims.tex`, floats to `\input`, and `tables.tex`, a document of all three.
///
/// `results.tex` holds every overall metric of each dataset, mean and standard deviation over seeds; `tests.tex` the paired
/// comparisons; `claims.tex` the claims and their verdicts. The numbers are those of `report.html`, computed by the same code
/// and rounded alike. The files need the packages `array` and `booktabs`; names in scripts that `pdflatex` does not know
/// need `lualatex` or `xelatex`. Returns the path of `tables.tex`.
///
/// # Errors
/// [`ReportError`], naming the path, as [`write()`](crate::write).
pub fn write_latex(study_dir: &Path, out_root: &Path, folder: &Path) -> Result<PathBuf, ReportError> {
    let study = Study::load(study_dir, out_root)?;
    let PaperTables { results, tests, claims } = PaperTables::of(&study);
    let results: Vec<DataTable> =
        results.iter().flat_map(|table| table.narrowed(float::MAX_SPREADS)).collect();
    for (name, tables) in [("results", results), ("tests", tests), ("claims", claims)] {
        let floats: Vec<String> = tables.iter().map(float::floats).collect();
        let text = format!("{HEAD}{}", floats.join("\n"));
        write_atomic(&folder.join(format!("{name}.tex")), text.as_bytes())?;
    }
    // The document goes last: whoever sees it finds its parts beside it.
    let path = folder.join("tables.tex");
    write_atomic(&path, document(&study).as_bytes())?;
    Ok(path)
}

const HEAD: &str =
    "% Written by affekt from the files of a study; needs \\usepackage{array} and \\usepackage{booktabs}.\n";

/// All tables on as many pages as they take.
fn document(study: &Study) -> String {
    format!(
        "\\documentclass{{article}}\n\
         \\usepackage[a4paper,margin=1.5cm]{{geometry}}\n\
         \\usepackage{{array}}\n\
         \\usepackage{{booktabs}}\n\
         \\begin{{document}}\n\
         \\section*{{{}}}\n\
         {}\n\n\
         \\input{{results}}\n\
         \\clearpage\n\
         \\input{{tests}}\n\
         \\clearpage\n\
         \\input{{claims}}\n\
         \\end{{document}}\n",
        escape(&study.plan.study),
        escape(&study.plan.question)
    )
}
