//! One dispatch of a program on a device, with buffers of the test's choice.

use omnit_miner::gpu::coopmat::{Fragment, MatrixTile, MatrixUnits, Staging, module};
use omnit_miner::gpu::{Bind, DeviceInfo, Kind, Limits, ProductParams, ProductSource as _, devices};
use wgpu::BufferUsages;

/// A device with int8 matrices.
pub(crate) struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    pub(crate) info: DeviceInfo,
    pub(crate) units: MatrixUnits,
}

impl Gpu {
    /// The first device with int8 matrices. With `OMNIT_REQUIRE_COOPMAT` set there must be one.
    pub(crate) fn open() -> Option<Self> {
        let mut reasons = Vec::new();
        for info in devices() {
            match MatrixUnits::of(&info) {
                Ok(units) => return Some(Self::of(info, units)),
                Err(reason) => reasons.push(format!("{}: {reason}", info.name)),
            }
        }
        assert!(std::env::var_os("OMNIT_REQUIRE_COOPMAT").is_none(), "no device with int8 matrices: {reasons:?}");
        eprintln!("skipped: no device with int8 matrices {reasons:?}");
        None
    }

    #[allow(unsafe_code, reason = "wgpu calls cooperative matrices experimental")]
    fn of(info: DeviceInfo, units: MatrixUnits) -> Self {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::VULKAN;
        let instance = wgpu::Instance::new(descriptor.with_env());
        let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
        let adapter = adapters.into_iter().find(|adapter| adapter.get_info().name == info.name);
        let adapter = adapter.expect("the device was listed a moment ago");
        let descriptor = wgpu::DeviceDescriptor {
            required_features: units.features(),
            required_limits: adapter.limits(),
            // SAFETY: what is experimental is the feature's WGSL side, which is not used.
            experimental_features: unsafe { wgpu::ExperimentalFeatures::enabled() },
            ..Default::default()
        };
        let (device, queue) =
            pollster::block_on(adapter.request_device(&descriptor)).expect("the adapter has what is asked for");
        Self { device, queue, info, units }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.info.limits
    }

    pub(crate) fn tile(&self, fragments: [u32; 2], subgroups: [u32; 2], staging: Staging, depth: u32) -> MatrixTile {
        let (fragment, subgroup) = (self.units.fragment(), self.info.subgroup[0]);
        MatrixTile { fragment, subgroup, fragments, subgroups, staging, depth }
    }

    /// Tiles of few fragments, which drivers without a GPU compile in a second: every staging and depth, workgroups of several shapes.
    pub(crate) fn small_tiles(&self, kind: Kind) -> Vec<MatrixTile> {
        let Fragment { m, n, .. } = self.units.fragment();
        let [high, wide] = [64 / m, 64 / n];
        let quarter = [(high / 4).max(1), (wide / 4).max(1)];
        let pieces = [high / quarter[0], wide / quarter[1]];
        let mut tiles = vec![
            self.tile([1, 2], [2, 1], Staging::Direct, 64),
            self.tile([2, 1], [2, 2], Staging::Single, 64),
            self.tile([2, 2], [1, 4], Staging::Double, 32),
            // Four blocks of 64x64, each of several subgroups.
            self.tile([2 * quarter[0], quarter[1]], [pieces[0], 2 * pieces[1]], Staging::Direct, 64),
            self.tile(quarter, pieces, Staging::Single, 64),
            self.tile([quarter[0], 1], [pieces[0], wide], Staging::Double, 64),
        ];
        tiles.retain(|tile| tile.check(kind, self.limits()).is_ok());
        assert!(tiles.len() >= 3, "{tiles:?}");
        tiles
    }

    pub(crate) fn program(&self, tile: &MatrixTile, kind: Kind) -> Program<'_> {
        Program::new(self, tile, kind)
    }
}

/// A compiled program.
pub(crate) struct Program<'g> {
    gpu: &'g Gpu,
    pub(crate) kind: Kind,
    pub(crate) tile: MatrixTile,
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

impl<'g> Program<'g> {
    #[allow(unsafe_code, reason = "that is how the programs are compiled")]
    fn new(gpu: &'g Gpu, tile: &MatrixTile, kind: Kind) -> Self {
        tile.check(kind, gpu.limits()).expect("the test takes tiles that fit");
        let entry = wgpu::PassthroughShaderEntryPoint { name: "main".into(), workgroup_size: (0, 0, 0) };
        let descriptor = wgpu::ShaderModuleDescriptorPassthrough {
            entry_points: vec![entry].into(),
            spirv: Some(module(tile, kind).into()),
            ..Default::default()
        };
        // SAFETY: the module is valid, and the tests bind buffers that are large enough.
        let module = unsafe { gpu.device.create_shader_module_passthrough(descriptor) };
        let storage =
            kind.binds().iter().map(|bind| wgpu::BufferBindingType::Storage { read_only: *bind == Bind::Read });
        let entries: Vec<_> = (0..)
            .zip(std::iter::once(wgpu::BufferBindingType::Uniform).chain(storage))
            .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            })
            .collect();
        let descriptor = wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries };
        let layout = gpu.device.create_bind_group_layout(&descriptor);
        let descriptor = wgpu::PipelineLayoutDescriptor { bind_group_layouts: &[Some(&layout)], ..Default::default() };
        let pipeline_layout = gpu.device.create_pipeline_layout(&descriptor);
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        Self { gpu, kind, tile: *tile, layout, pipeline }
    }

    /// Runs the program on these buffers, in the order of [`Kind::binds`], and gives what is in them afterwards.
    pub(crate) fn run(&self, params: &ProductParams, buffers: &[Vec<u32>]) -> Vec<Vec<u32>> {
        let device = &self.gpu.device;
        let uniform = self.buffer(bytemuck::bytes_of(params), BufferUsages::UNIFORM);
        let storage: Vec<_> =
            buffers.iter().map(|words| self.buffer(bytemuck::cast_slice(words), BufferUsages::STORAGE)).collect();
        let entries: Vec<_> = (0..)
            .zip(std::iter::once(&uniform).chain(&storage))
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries };
        let group = device.create_bind_group(&descriptor);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &group, &[]);
        let [rows, cols] = self.tile.extent();
        pass.dispatch_workgroups(params.cols.div_ceil(cols), params.rows.div_ceil(rows), 1);
        drop(pass);
        self.gpu.queue.submit([encoder.finish()]);
        storage.iter().map(|buffer| self.read(buffer)).collect()
    }

    fn buffer(&self, bytes: &[u8], usage: BufferUsages) -> wgpu::Buffer {
        let buffer = self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes.len() as u64,
            usage: usage | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.gpu.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    fn read(&self, buffer: &wgpu::Buffer) -> Vec<u32> {
        let device = &self.gpu.device;
        let copy = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: buffer.size(),
            usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, buffer.size());
        self.gpu.queue.submit([encoder.finish()]);
        copy.map_async(wgpu::MapMode::Read, .., |answer| answer.expect("the buffer can be read"));
        device.poll(wgpu::PollType::wait_indefinitely()).expect("the device answers");
        let view = copy.get_mapped_range(..).expect("it was mapped");
        view.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect()
    }
}
