// What `viommu --help` and `viommu boot --help` print.

export const HELP = `viommu - a Linux machine whose virtio-iommu you can see into

Usage: viommu boot [options]   boot a guest, run commands in it, report what its IOMMU did
       viommu boot --help      all options
       viommu --version

Example: viommu boot --run disk-read --run net-ping
The same machine in a browser: npm start
`;

export const BOOT_HELP = `Usage: viommu boot [options]

Boots a Linux guest behind a virtio-iommu, runs commands in it one after the other, and reports requests, domains,
DMA and faults.

The machine
  --kernel FILE           a Linux bzImage instead of the project's own
  --initrd FILE           an initramfs instead of the project's own (cpio, plain or compressed)
  --append TEXT           add to the kernel command line
  --memory MIB            memory, 72 to 1024 MiB (128)
  --iommu MODE            translated: DMA goes through mappings (default)
                          bypass: the IOMMU is there, its domains pass DMA through
                          off: the same machine without an IOMMU
  --boot-bypass on|off    whether devices reach memory before the driver attaches them (on)

What happens when it is up, in the order given; each can be repeated
  --run COMMAND           run a shell command in the guest: --run 'disk-read virtio'
  --rogue ENDPOINT:ADDRESS:read|write
                          let a device access 4 bytes that no driver asked for:
                          --rogue rogue:0xdead0000:write. A fault that this causes is reported, and no failure.

When to stop
  --until REGEX           the guest is up when its console shows this (a shell prompt)
  --timeout SECONDS       give up after this time, whatever happens (no limit; a guest that
                          shows no sign of life for 60 s is given up anyway)

What is reported
  --trace FILE            write every IOMMU event to FILE, one JSON object a line
  --quiet                 leave out the guest's console
  --json                  end with one line of JSON on standard output; the console goes to standard error
  -h, --help              this text

JSON: "seconds" is guest time to the prompt; "requests" are all the driver made, whatever the answer; "dma" counts
accesses; a domain's "bytes" are its mapped IOVAs.

Exit status: 0 the guest booted and every command succeeded, 1 it did not, 2 the command line or a file is wrong.
`;
