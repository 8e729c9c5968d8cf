// What `viommu --help` and the `--help` of its commands print; `device-help.ts` has the longest.

export const HELP = `viommu - a Linux machine whose virtio-iommu you can see into

Usage: viommu boot [options]   boot a guest, run commands in it, report what its IOMMU did
       viommu serve [options]  the same machine in a browser
       viommu device [options] the device alone, asked in lines of JSON on standard input
       viommu replay FILE      replay a recorded run, and compare it
       viommu trace FILE       what an IOMMU did: state at a moment, why a fault, whose mappings
       viommu sweep [options]  try to reach every page from every device, and see that nothing leaks
       viommu window [options] how long devices reach memory that was unmapped: strict against lazy
       viommu dts [options]    print the machine as device-tree source
       viommu COMMAND --help   all options of a command
       viommu --version

Example: viommu boot --run disk-read --run net-ping
`;

export const BOOT_HELP = `Usage: viommu boot [options]

Boots a Linux guest behind a virtio-iommu, runs commands in it one after the other, and reports requests, domains,
DMA and faults.

The machine
  --plan FILE             the machine that FILE describes in JSON; the options below change it
  --print-plan            print the plan of the machine, whole, and boot nothing
  --kernel FILE           a Linux bzImage instead of the project's own
  --initrd FILE           an initramfs instead of the project's own (cpio, plain or compressed)
  --disk FILE             a raw disk instead of the project's own, whole sectors of 512 bytes; writes are not kept
  --share PATH            the files of the shared folder: a file, or the plain files of a folder
  --append TEXT           add to the kernel command line
  --memory MIB            memory, 72 to 1024 MiB (128)
  --iommu MODE            translated: DMA goes through mappings (default)
                          bypass: the IOMMU is there, its domains pass DMA through
                          off: the same machine without an IOMMU
  --seed N                where the guest's chance comes from: another number, another run (1)
  --clock guest|host      the guest's time: made of its own instructions, so that every run is the same (default), or
                          the host's
  --pace real|skip        how the time passes in which the guest sleeps: at once (skip, default), or by the clock on the
                          wall
  --tables TABLES         what tells the guest of its IOMMU: viot, which Linux reads (default), iort, the draft
                          before it, which Linux on a PC does not read, or viot+iort
  --edu on|off            plug in a PCI device with the registers of QEMU's edu, to write drivers for (off)
  --edu-dma-mask MASK     the address bits that edu has; it drops the others of an address (0xfffffff: 28 bits)

What its IOMMU is
  --boot-bypass on|off    whether devices reach memory before the driver attaches them (on)
  --page-size-mask MASK   page sizes; the lowest bit is the granularity (0x1000)
  --input-range START:END IOVAs that can be mapped (0:0xffffffff)
  --domain-range START:END
                          IDs of domains (0:0xffff)
  --offer F,F,...         the features of the device, of input-range, domain-range, map-unmap, bypass, probe, mmio and
                          bypass-config (input-range,domain-range,map-unmap,probe,bypass-config)
  --probe-size BYTES      room for an endpoint's properties, 1 to 65536 (512)
  --resv ENDPOINT:START-END:KIND
                          reserve IOVAs of an endpoint, named or numbered; can be repeated. KIND is reserved, msi, or
                          identity, which the endpoint reaches without a mapping; identity:r or identity:w lets only
                          reads or writes through. An msi region takes the place of 0xfee00000-0xfeefffff.
                          --resv virtio-blk:0x8000000-0x80fffff:reserved
  --identity-policy POLICY
                          when an endpoint that has no region there would get at another's identity region by
                          sharing its domain: reject the attachment (default), allow it, or keep the region
                          per-endpoint. Beside another region identity wins under the first two

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
  --trace FILE            write what the IOMMU does to FILE, for viommu trace; to a FILE.jsonl
                          one JSON object a line, to a FILE.csv a table, to a FILE.json, at the
                          end of the run, what Perfetto (ui.perfetto.dev) shows
  --report                end with what is still mapped and who mapped it, and why accesses were stopped
                          and requests refused
  --record FILE           write a recording to FILE, which viommu replay repeats to the byte
  --quiet                 leave out the guest's console; without --quiet it comes without what a terminal would answer
  --json                  end with one line of JSON on standard output; the console goes to standard error
  -h, --help              this text

JSON: boot-report.schema.json of the package describes it. "seconds" is the guest time from power on to the prompt, null
when there was none, "ranSeconds" the guest time in all; "requests" are all the driver made, whatever the answer;
"dma" counts accesses; a domain's "bytes" are its mapped IOVAs; "failure" says why the run is not "ok".

Ctrl-C ends the run and still reports; a second one ends it at once.

Exit status: 0 the guest booted and every command succeeded, 1 it did not, 2 the command line or a file is wrong,
128 and the signal's number when a signal ended it.
`;

export const REPLAY_HELP = `Usage: viommu replay FILE [options]

Replays a recorded run, to the byte, and says whether it was the same: a recording of viommu boot --record, of
the page, or of the test kit.

  --until SEQUENCE        stop where the IOMMU event with this number had just happened
  --last-write GPA        tell which device has written last to the page of guest RAM with this guest-physical
                          address, and when, as far as the replay went
  --run COMMAND           then run a shell command in the guest, which goes on from there; can be repeated
  --kernel FILE, --initrd FILE, --disk FILE, --share PATH
                          the files of the recorded machine, where they are not the project's own
  --quiet                 leave out the guest's console
  --json                  end with one line of JSON on standard output; the console goes to standard error
  -h, --help              this text

JSON: replay-result.schema.json of the package describes it: "identical", "digest", "events" and "instructions" of the
replay, and "firstDifference", the number of the first event that was not as recorded, or null; with --last-write
"lastWrite", null when no device has written to the page since power on.

Exit status: 0 all was as recorded and every command succeeded, 1 it was not, 2 the command line or a file is wrong.
`;

export const SWEEP_HELP = `Usage: viommu sweep [options]

Boots a guest and, at stages of its life, tries to reach every page of the 32-bit space from every endpoint, reading and
writing, and bytes at all edges of what is mapped. The outcome of each access is compared with that of a second, naive
IOMMU that knows only the driver's requests. The guest stands still meanwhile and does not notice.

  --at STAGE,STAGE...     when: firmware, kernel, iommu, userspace, ready, load, amid reads of disks and the network
                          (iommu,userspace,ready,load)
  --endpoints NAME,NAME...
                          from these endpoints only, named or numbered
  --svg FILE              draw what was reached: a panel for each endpoint, a dot for each page
  --json                  end with one line of JSON on standard output
  -h, --help              this text

The machine is chosen as for "viommu boot": --plan, --kernel, --initrd, --disk, --share, --append, --memory, --edu,
--boot-bypass, --resv and the other options of its IOMMU; --iommu is translated (default) or bypass. A device that does
not master the bus makes no access: what is said of it is what it would reach if it did.

JSON: "pages" of the space, "endpoints" and "accesses" that were tried in all, "leaked" and "wronglyBlocked", accesses that went
otherwise than they ought to, and "seconds".

Exit status: 0 nothing leaked and nothing was wrongly blocked, 1 something did, 2 the command line or a file is wrong.
`;

export const WINDOW_HELP = `Usage: viommu window [options]

Boots two guests, one that invalidates at once (iommu.strict=1) and one that does it later (iommu.strict=0), runs the same commands in
both, and tells how long and how many bytes devices could reach after the driver had unmapped them. An access that is armed for
such a moment is made by each endpoint, as proof.

  --run COMMAND           run a shell command in the guests; can be repeated
                          (--run 'disk-read virtio' --run 'disk-read ide' --run 'net-ping 3')
  --svg FILE              draw the bytes within reach over time
  --json                  end with one line of JSON on standard output: an array of two, strict and lazy
  -h, --help              this text

JSON: "unmaps" in all, "lateCount" of them seen to wait at "looks" ends of ticks, "medianMs" and "longestMs", "lateBytes" in all and "peakBytes"
at a time, and "proof", the first armed access, or null.

Exit status: 0 it was measured, 1 it could not be, 2 the command line or a file is wrong, or a command failed.
`;

export const SERVE_HELP = `Usage: viommu serve [options]

Serves the page to browsers, until Ctrl-C: the same machine, with its IOMMU to look into.

  --port N                the port (8086); with 0 any port that is free
  --host HOST             the address to listen on (127.0.0.1, for browsers of this computer); 0.0.0.0 lets others in
  -h, --help              this text

Example: viommu serve --port 8090

Exit status: 128 and the number of the signal that ended it, 1 it can not listen, 2 the command line is wrong.
`;

export const DTS_HELP = `Usage: viommu dts [options]

Prints the machine as device-tree source on standard output: the virtio-iommu, the windows of the virtio-mmio devices
and the PCI host bridge, and which endpoint is behind the IOMMU under which ID. It is made from the same
description as the ACPI tables, by which the guest of viommu boot finds its devices.

  --iommu mmio|pci        where the IOMMU is: a virtio-mmio window, as in the machine itself (default), or function
                          00:03.0 of the PCI bus, which is then left out of the bridge's iommu-map
  --plan FILE             the machine that FILE describes in JSON, as viommu boot --print-plan prints it
  -h, --help              this text

Example: viommu dts | dtc -I dts -O dtb -o machine.dtb
`;
