//! How a product is cut up: fragments, subgroups, workgroups, steps along the inner length.

use crate::gpu::{Kind, Limits};

/// Inner length of a slab: what one row has for one ticket. Rows of operands are padded to multiples of it with zeros.
pub(super) const SLAB: u32 = 64;

/// Size of one fragment product, as the driver lists it: int8 m×k times int8 k×n gives int32 m×n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fragment {
    /// Rows of A and C.
    pub m: u32,
    /// Columns of B and C.
    pub n: u32,
    /// Columns of A, rows of B.
    pub k: u32,
}

impl Fragment {
    /// Whether the generator has code for it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let sides = [4, 8, 16, 32, SLAB];
        sides.contains(&self.m) && sides.contains(&self.n) && [8, 16, 32, SLAB].contains(&self.k)
    }
}

/// Where subgroups read their fragments of A and B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Staging {
    /// From the operands' buffers.
    Direct,
    /// From workgroup memory, filled once a step; the next step's operands are on their way in registers meanwhile.
    Single,
    /// As `Single` with two fillings in turn: one barrier a step instead of two, for twice the memory.
    Double,
}

/// One way to compute a product with cooperative matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MatrixTile {
    /// The device's fragment.
    pub fragment: Fragment,
    /// Invocations of a subgroup on the device.
    pub subgroup: u32,
    /// Fragments of C that a subgroup keeps: rows, columns.
    pub fragments: [u32; 2],
    /// Subgroups of a workgroup: rows, columns.
    pub subgroups: [u32; 2],
    /// Where fragments are read from.
    pub staging: Staging,
    /// Inner length of a step: 32, or 64 as where slabs are folded.
    pub depth: u32,
}

/// Why there is no program for a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The generator has no code for the fragment.
    #[error("fragment {m}x{n}x{k}: rows and columns must divide 64, k must be 8, 16, 32 or 64", m = .0.m, n = .0.n, k = .0.k)]
    Fragment(Fragment),
    /// A number breaks a rule of the generator.
    #[error("{field} is {value}: {rule}")]
    Field {
        /// What.
        field: &'static str,
        /// Its value.
        value: u32,
        /// What it must be.
        rule: &'static str,
    },
    /// More invocations than a workgroup may have.
    #[error("{needed} invocations, the device has {available} per workgroup")]
    Threads {
        /// Wanted.
        needed: u32,
        /// Allowed.
        available: u32,
    },
    /// More workgroup memory than there is.
    #[error("{needed} bytes of workgroup memory, the device has {available}")]
    Shared {
        /// Wanted.
        needed: u32,
        /// Allowed.
        available: u32,
    },
}

impl MatrixTile {
    /// Short name, unique among the tiles of a device.
    #[must_use]
    pub fn name(&self) -> String {
        let Fragment { m, n, k } = self.fragment;
        let [[fr, fc], [sr, sc]] = [self.fragments, self.subgroups];
        let staging = match self.staging {
            Staging::Direct => "direct",
            Staging::Single => "single",
            Staging::Double => "double",
        };
        format!("matrix{m}x{n}x{k}-{fr}x{fc}-{sr}x{sc}-{staging}{}", self.depth)
    }

    /// Rows and columns of C that a workgroup computes.
    #[must_use]
    pub fn extent(&self) -> [u32; 2] {
        let [rows, cols] = self.subgroup_extent();
        [rows * self.subgroups[0], cols * self.subgroups[1]]
    }

    /// Rows and columns of C that a subgroup computes.
    #[must_use]
    pub fn subgroup_extent(&self) -> [u32; 2] {
        [self.fragments[0] * self.fragment.m, self.fragments[1] * self.fragment.n]
    }

    /// Invocations of a workgroup.
    #[must_use]
    pub fn threads(&self) -> u32 {
        self.subgroup * self.subgroups[0] * self.subgroups[1]
    }

    /// Bytes of workgroup memory that a product takes.
    #[must_use]
    pub fn shared_bytes(&self, kind: Kind) -> u32 {
        4 * self.lanes() * self.shared_vectors(kind)
    }

    /// Checks that the product fits a device and that there is code for it.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, kind: Kind, limits: &Limits) -> Result<(), TileError> {
        self.check_rules(kind)?;
        let [threads, shared] = [self.threads(), self.shared_bytes(kind)];
        if threads > limits.threads {
            return Err(TileError::Threads { needed: threads, available: limits.threads });
        }
        if shared > limits.shared_bytes {
            return Err(TileError::Shared { needed: shared, available: limits.shared_bytes });
        }
        Ok(())
    }

    /// The rules of the generator, whatever the device.
    ///
    /// # Errors
    /// The first one that is broken.
    pub(super) fn check_rules(&self, kind: Kind) -> Result<(), TileError> {
        if !self.fragment.is_usable() {
            return Err(TileError::Fragment(self.fragment));
        }
        let powers = [
            ("subgroup", self.subgroup),
            ("fragments[0]", self.fragments[0]),
            ("fragments[1]", self.fragments[1]),
            ("subgroups[0]", self.subgroups[0]),
            ("subgroups[1]", self.subgroups[1]),
        ];
        for (field, value) in powers {
            if !value.is_power_of_two() || value > 128 {
                return Err(TileError::Field { field, value, rule: "must be a power of two up to 128" });
            }
        }
        if ![32, SLAB].contains(&self.depth) || self.depth < self.fragment.k {
            return Err(TileError::Field { field: "depth", value: self.depth, rule: "must be 32 or 64, at least k" });
        }
        self.check_split(kind)?;
        if kind.folds() { self.check_blocks() } else { Ok(()) }
    }

    /// That work divides evenly among invocations.
    fn check_split(&self, kind: Kind) -> Result<(), TileError> {
        let [rows, cols] = self.extent();
        let rule = "too small for so many invocations";
        if self.staging != Staging::Direct {
            for (field, value) in [("rows of a workgroup", rows), ("columns of a workgroup", cols)] {
                if !(value * self.step_vectors()).is_multiple_of(self.threads()) {
                    return Err(TileError::Field { field, value, rule });
                }
            }
        }
        let quads = self.fragment.m * self.subgroup_extent()[1] / 4;
        if keeps_sums(kind) && !quads.is_multiple_of(self.subgroup) {
            return Err(TileError::Field { field: "columns of a subgroup", value: self.subgroup_extent()[1], rule });
        }
        Ok(())
    }

    /// That blocks of 64×64 can be folded.
    fn check_blocks(&self) -> Result<(), TileError> {
        if self.depth != SLAB {
            return Err(TileError::Field {
                field: "depth",
                value: self.depth,
                rule: "must be 64 where slabs are folded",
            });
        }
        let names =
            [("rows of a workgroup", "rows of a subgroup"), ("columns of a workgroup", "columns of a subgroup")];
        let sides = self.extent().into_iter().zip(self.subgroup_extent());
        for ((of_workgroup, of_subgroup), (workgroup, subgroup)) in names.into_iter().zip(sides) {
            if workgroup < SLAB {
                return Err(TileError::Field {
                    field: of_workgroup,
                    value: workgroup,
                    rule: "must hold whole blocks of 64",
                });
            }
            if subgroup > SLAB {
                return Err(TileError::Field {
                    field: of_subgroup,
                    value: subgroup,
                    rule: "must be of one block of 64",
                });
            }
        }
        Ok(())
    }

    /// Words of the vectors that operands are copied in: as many as a fragment's row allows, at most four.
    pub(super) fn lanes(&self) -> u32 {
        (self.fragment.k / 4).min(4)
    }

    /// Vectors of one operand row in a step.
    pub(super) fn step_vectors(&self) -> u32 {
        self.depth / (4 * self.lanes())
    }

    /// Vectors from one staged row to the next. The odd one keeps rows in different memory banks.
    pub(super) fn staged_stride(&self) -> u32 {
        self.step_vectors() + 1
    }

    /// Vectors of one filling of A and B.
    pub(super) fn staged_vectors(&self) -> u32 {
        let [rows, cols] = self.extent();
        (rows + cols) * self.staged_stride()
    }

    /// Vectors between rows of int32 that a subgroup lays down to finish them. 16 bytes more than a row keep rows in different banks; Vulkan
    /// wants rows of a stored fragment aligned to 16 bytes.
    pub(super) fn sums_stride(&self) -> u32 {
        (self.subgroup_extent()[1] + 4) / self.lanes()
    }

    /// Vectors of a row of fragments that a subgroup lays down to finish them. They lie from the start of workgroup memory on.
    pub(super) fn sums_vectors(&self) -> u32 {
        self.fragment.m * self.sums_stride()
    }

    /// Vectors of a fragment that a subgroup lays down to fold it.
    pub(super) fn fold_vectors(&self) -> u32 {
        self.fragment.m * self.fragment.n / self.lanes()
    }

    /// Where those of the first subgroup lie: behind the fillings, because slabs are folded in every step.
    pub(super) fn fold_start(&self) -> u32 {
        match self.staging {
            Staging::Direct => 0,
            Staging::Single => self.staged_vectors(),
            Staging::Double => 2 * self.staged_vectors(),
        }
    }

    /// Vectors of workgroup memory.
    pub(super) fn shared_vectors(&self, kind: Kind) -> u32 {
        let subgroups = self.subgroups[0] * self.subgroups[1];
        let steps = self.fold_start() + if kind.folds() { subgroups * self.fold_vectors() } else { 0 };
        let end = if keeps_sums(kind) { subgroups * self.sums_vectors() } else { 0 };
        steps.max(end)
    }
}

/// Whether sums over the whole inner length are kept.
pub(super) fn keeps_sums(kind: Kind) -> bool {
    kind != Kind::Fold
}
