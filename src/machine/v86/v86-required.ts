// What must be there inside v86: a check at start, before anything is built on it.

/** Every internal used, as a path below the emulator, and what must be there. */
export const REQUIRED: readonly (readonly [
  path: string,
  type: 'function' | 'object' | 'number' | 'boolean',
])[] = [
  ['v86.cpu.mem8', 'object'],
  ['v86.cpu.memory_size', 'object'],
  ['v86.cpu.instruction_counter', 'object'],
  ['v86.cpu.flags', 'object'],
  ['v86.cpu.option_roms', 'object'],
  ['v86.cpu.bios.vga', 'object'],
  ['v86.cpu.read8', 'function'],
  ['v86.cpu.read16', 'function'],
  ['v86.cpu.read32s', 'function'],
  ['v86.cpu.jit_dirty_cache', 'function'],
  ['v86.cpu.reboot_internal', 'function'],
  ['v86.cpu.set_jit_config', 'function'],
  ['v86.cpu.main_loop', 'function'],
  ['v86.cpu.device_raise_irq', 'function'],
  ['v86.cpu.device_lower_irq', 'function'],
  ['v86.cpu.get_apic_addr', 'function'],
  ['v86.cpu.apic_timer', 'function'],
  ['v86.cpu.io.ports', 'object'],
  ['v86.cpu.io.mmap_register', 'function'],
  ['v86.cpu.devices.uart0.input', 'object'],
  ['v86.cpu.devices.uart1.input', 'object'],
  ...['virtio_net', 'virtio_9p', 'virtio_console'].flatMap((device) => {
    const virtio = `v86.cpu.devices.${device}.virtio`;
    return [
      [`${virtio}.pci_id`, 'number'],
      [`${virtio}.device_status`, 'number'],
      [`${virtio}.device_feature`, 'object'],
      [`${virtio}.driver_feature`, 'object'],
      [`${virtio}.needs_reset`, 'function'],
      [`${virtio}.reset`, 'function'],
      [`${virtio}.queues.0.cpu`, 'object'],
      [`${virtio}.queues.0.size`, 'number'],
      [`${virtio}.queues.0.size_supported`, 'number'],
      [`${virtio}.queues.0.set_size`, 'function'],
      [`${virtio}.queues.0.is_configured`, 'function'],
      [`${virtio}.queues.0.count_requests`, 'function'],
      [`${virtio}.queues.0.get_descriptor`, 'function'],
      [`${virtio}.queues.0.has_request`, 'function'],
      [`${virtio}.queues.0.pop_request`, 'function'],
      [`${virtio}.queues.0.push_reply`, 'function'],
      [`${virtio}.queues.0.flush_replies`, 'function'],
      [`${virtio}.queues.0.notify_me_after`, 'function'],
      [`${virtio}.queues.0.reset`, 'function'],
      [`${virtio}.queues.0.set_state`, 'function'],
    ] as const;
  }),
  ['v86.cpu.devices.virtio_9p.fids', 'object'],
  ['v86.cpu.devices.virtio_9p.fs.inodes', 'object'],
  ['v86.cpu.devices.virtio_9p.fs.inodes.0.qid.version', 'number'],
  ['v86.cpu.devices.virtio_9p.fs.GetInode', 'function'],
  ['v86.cpu.devices.virtio_9p.fs.inodedata', 'object'],
  ['v86.cpu.devices.virtio_9p.fs.Search', 'function'],
  ['v86.cpu.devices.virtio_9p.fs.IsDirectory', 'function'],
  ['v86.cpu.devices.virtio_9p.fs.Unlink', 'function'],
  ['v86.cpu.devices.virtio_9p.fs.CreateFile', 'function'],
  ['v86.cpu.devices.virtio_9p.ReceiveRequest', 'function'],
  ['v86.cpu.devices.pci.device_spaces', 'object'],
  ['v86.cpu.devices.pci.devices', 'object'],
  ['v86.cpu.devices.pci.pci_addr', 'object'],
  ['v86.cpu.devices.pci.pci_response32', 'object'],
  ['v86.cpu.devices.pci.pci_status32', 'object'],
  ['v86.cpu.devices.pci.pci_query', 'function'],
  ['v86.cpu.devices.pci.pci_write8', 'function'],
  ['v86.cpu.devices.pci.pci_write16', 'function'],
  ['v86.cpu.devices.pci.pci_write32', 'function'],
  ['v86.cpu.devices.ide.pci_id', 'number'],
  ['v86.cpu.devices.ide.primary.master.channel.prdt_addr', 'number'],
  ['v86.cpu.devices.ide.primary.dma_status', 'number'],
  ['v86.cpu.devices.ide.primary.current_interface', 'object'],
  ['v86.cpu.devices.ide.primary.master.push_irq', 'function'],
  ['v86.cpu.devices.ide.primary.master.buffer.get_state', 'function'],
  ['v86.cpu.devices.ide.primary.master.buffer.set_state', 'function'],
  ['v86.cpu.devices.ide.primary.master.in_progress_io_ids', 'object'],
  ['v86.yield', 'function'],
  ['v86.save_state', 'function'],
  ['v86.restore_state', 'function'],
  ['v86.cpu.jit_clear_cache', 'function'],
  ['v86.cpu.full_clear_tlb', 'function'],
  ['v86.cpu.pack_memory', 'function'],
  ['v86.cpu.unpack_memory', 'function'],
  ['v86.cpu.store_current_tsc', 'function'],
  ['v86.cpu.fw_pointer', 'number'],
  ['v86.cpu.reg32', 'object'],
  ['v86.cpu.sreg', 'object'],
  ['v86.cpu.cr', 'object'],
  ['v86.cpu.instruction_pointer', 'object'],
  ['v86.cpu.in_hlt', 'object'],
  ['v86.cpu.get_eflags', 'function'],
  ['v86.cpu.is_memory_zeroed', 'function'],
  ['v86.cpu.jit_imports', 'object'],
  ['v86.cpu.wm.wasm_table', 'object'],
  ['v86.cpu.devices.acpi.last_timer', 'number'],
  ['v86.cpu.devices.acpi.timer_last_value', 'number'],
  ['v86.cpu.devices.acpi.timer_imprecision_offset', 'number'],
  ['v86.cpu.devices.acpi.pm1_enable', 'number'],
  ['v86.cpu.wasm_memory', 'object'],
  ['v86.cpu.devices.rtc.rtc_time', 'number'],
  ['v86.cpu.devices.rtc.last_update', 'number'],
  ['v86.cpu.devices.rtc.periodic_interrupt', 'boolean'],
  ['v86.cpu.devices.rtc.update_interrupt', 'boolean'],
  ['v86.cpu.devices.rtc.next_interrupt_alarm', 'number'],
  ['v86.cpu.devices.virtio_net.mac', 'object'],
  ['network_adapter.vm_mac', 'object'],
  ['network_adapter.fetch', 'function'],
  ['network_adapter.tcp_conn', 'object'],
  ['network_adapter.send', 'function'],
  ['network_adapter.receive', 'function'],
];

/** What stands at a path below an object, if anything does. */
export function lookUp(root: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
      root,
    );
}

/** The first required internal that `emulator` lacks, or undefined when all are there. */
export function findMissingInternal(emulator: object): string | undefined {
  return REQUIRED.find(([path, type]) => {
    const value = lookUp(emulator, path);
    return value === null || typeof value !== type;
  })?.[0];
}
