//! Arms: what each changes in the shared loss.

use serde::{Deserialize, Serialize};

use super::{CostSpec, MethodSpec};

/// One arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmSpec {
    /// Name in run ids and tables.
    pub name: String,
    /// What it isolates, one sentence for the report.
    pub isolates: String,
    /// Cost of its transport term.
    pub cost: CostSpec,
    /// Network and loss of its own; absent for the shared network and the shared loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodSpec>,
}
