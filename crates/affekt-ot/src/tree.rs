//! The basis of the transportation simplex: a spanning tree over row and column nodes.

/// A spanning tree over `n` row nodes (`0..n`) and `n` column nodes (`n..2n`), stored by parent pointers.
///
/// The edge from a node to its parent is a basic cell; its flow is stored at the node. Buffers are reused
/// between problems, so that solving a batch allocates nothing.
#[derive(Debug, Clone)]
pub(crate) struct BasisTree {
    n: usize,
    root: usize,
    parent: Vec<usize>,
    flow: Vec<f64>,
    depth: Vec<usize>,
    /// Dual potentials, rows then columns: they sum to the cost on every basic cell.
    potential: Vec<f64>,
    known: Vec<bool>,
    stack: Vec<usize>,
    residual: Vec<f64>,
    active: Vec<bool>,
}

/// What one pivot did.
pub(crate) struct Pivot {
    /// Flow moved around the cycle; 0 for a degenerate pivot.
    pub(crate) theta: f64,
}

impl BasisTree {
    pub(crate) fn new(n: usize) -> Self {
        let nodes = 2 * n;
        Self {
            n,
            root: 0,
            parent: vec![0; nodes],
            flow: vec![0.0; nodes],
            depth: vec![0; nodes],
            potential: vec![0.0; nodes],
            known: vec![false; nodes],
            stack: Vec::with_capacity(nodes),
            residual: vec![0.0; nodes],
            active: vec![true; nodes],
        }
    }

    /// Row potentials, then column potentials.
    pub(crate) fn potentials(&self) -> (&[f64], &[f64]) {
        self.potential.split_at(self.n)
    }

    /// Basic cells `(row, column, flow)`.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        (0..2 * self.n).filter(|&node| node != self.root).map(|node| {
            let (row, column) = self.cell_of(node);
            (row, column, self.flow[node])
        })
    }

    /// Greedy feasible start: keep `min(p_i, q_i)` in place, then send each row's surplus to its cheapest
    /// open columns.
    ///
    /// Every allocation closes exactly one row or column, even when it exhausts both; the closed line hangs
    /// from its partner, so the last line left is the root of a spanning tree. Zero allocations are kept as
    /// degenerate basic cells.
    pub(crate) fn start(&mut self, p: &[f64], q: &[f64], q_scale: f64, cost: &[f64]) {
        let n = self.n;
        self.residual[..n].copy_from_slice(p);
        for (residual, q_j) in self.residual[n..].iter_mut().zip(q) {
            *residual = q_j * q_scale;
        }
        self.active.fill(true);
        let mut open = (n, n);
        for i in 0..n {
            self.allocate(i, n + i, &mut open);
        }
        for i in 0..n {
            while self.active[i] && open.1 > 0 {
                let columns = (0..n).filter(|&j| self.active[n + j]);
                let cheapest = columns.reduce(|a, b| if cost[i * n + b] < cost[i * n + a] { b } else { a });
                let Some(j) = cheapest else { break };
                self.allocate(i, n + j, &mut open);
            }
        }
        self.refresh(cost);
    }

    /// Allocates what fits into a cell and closes its row or column, never the last open row or column.
    fn allocate(&mut self, row: usize, column: usize, open: &mut (usize, usize)) {
        if *open == (1, 1) {
            // The last cell: the column hangs from the row, which becomes the root.
            open.1 = 0;
            self.close(column, row);
            self.root = row;
            return;
        }
        let row_first = self.residual[row] <= self.residual[column];
        if (row_first && open.0 > 1) || open.1 == 1 {
            open.0 -= 1;
            self.close(row, column);
        } else {
            open.1 -= 1;
            self.close(column, row);
        }
    }

    fn close(&mut self, node: usize, partner: usize) {
        let (a, b) = (self.residual[node], self.residual[partner]);
        let amount = if a <= b { a } else { b };
        self.residual[node] -= amount;
        self.residual[partner] -= amount;
        self.active[node] = false;
        self.parent[node] = partner;
        self.flow[node] = amount;
    }

    /// Recomputes potentials and depths from the root down.
    fn refresh(&mut self, cost: &[f64]) {
        self.known.fill(false);
        self.known[self.root] = true;
        self.potential[self.root] = 0.0;
        self.depth[self.root] = 0;
        for start in 0..2 * self.n {
            let mut node = start;
            while !self.known[node] {
                self.stack.push(node);
                node = self.parent[node];
            }
            while let Some(child) = self.stack.pop() {
                let (row, column) = self.cell_of(child);
                self.potential[child] = cost[row * self.n + column] - self.potential[node];
                self.depth[child] = self.depth[node] + 1;
                self.known[child] = true;
                node = child;
            }
        }
    }

    /// The cell of the edge between a node and its parent.
    fn cell_of(&self, node: usize) -> (usize, usize) {
        let parent = self.parent[node];
        if node < self.n { (node, parent - self.n) } else { (parent, node - self.n) }
    }

    /// Brings a cell into the basis. With `smallest_index`, ties for the leaving cell go to the first cell in
    /// row-major order, as Bland's rule demands.
    pub(crate) fn pivot(&mut self, row: usize, column: usize, smallest_index: bool, cost: &[f64]) -> Pivot {
        let n = self.n;
        let (from_row, from_column) = (row, n + column);
        let (mut leaving, mut leaving_on_row_side, mut theta) = (usize::MAX, true, f64::INFINITY);
        // Flow on the entering cell rises by theta, so it falls on every second edge of each side of the cycle:
        // under row nodes on the row's side, under column nodes on the column's side.
        let (mut a, mut b) = (from_row, from_column);
        while a != b {
            let row_side = self.depth[a] >= self.depth[b];
            let node = if row_side { a } else { b };
            if row_side == (node < n) {
                let flow = self.flow[node];
                let earlier = || self.cell_of(node) < self.cell_of(leaving);
                if flow < theta || (flow <= theta && smallest_index && earlier()) {
                    (leaving, leaving_on_row_side, theta) = (node, row_side, flow);
                }
            }
            if row_side {
                a = self.parent[a];
            } else {
                b = self.parent[b];
            }
        }
        let top = a;
        for (start, row_side) in [(from_row, true), (from_column, false)] {
            let mut node = start;
            while node != top {
                let falls = row_side == (node < n);
                self.flow[node] += if falls { -theta } else { theta };
                node = self.parent[node];
            }
        }
        // Cutting the leaving edge frees the part below it; re-hang that part from the entering cell.
        let (mut node, mut new_parent) =
            if leaving_on_row_side { (from_row, from_column) } else { (from_column, from_row) };
        let mut new_flow = theta;
        loop {
            let old_parent = std::mem::replace(&mut self.parent[node], new_parent);
            let old_flow = std::mem::replace(&mut self.flow[node], new_flow);
            if node == leaving {
                break;
            }
            (new_parent, new_flow, node) = (node, old_flow, old_parent);
        }
        self.refresh(cost);
        Pivot { theta }
    }
}
