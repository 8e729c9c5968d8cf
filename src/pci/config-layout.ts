// Configuration space of a PCI function, header type 0 (PCI Local Bus 3.0, 6.1 and 6.2): where its registers are, and their
// bits.
//
//   0x00  vendor ID            device ID
//   0x04  command              status
//   0x08  revision, class code (programming interface, sub-class, base class)
//   0x0c  cache line size      latency timer         header type         BIST
//   0x10  base address registers 0-5
//   0x2c  subsystem vendor ID  subsystem ID
//   0x34  first capability
//   0x3c  interrupt line       interrupt pin         minimum grant       maximum latency
//   0x40  capabilities

/** Bytes of a function's configuration space. */
export const PCI_CONFIG_SIZE = 0x100;

export const PCI_VENDOR_ID = 0x00;
export const PCI_DEVICE_ID = 0x02;
export const PCI_COMMAND = 0x04;
export const PCI_STATUS = 0x06;
export const PCI_REVISION_ID = 0x08;
export const PCI_CLASS_PROG = 0x09;
export const PCI_CLASS_DEVICE = 0x0a;
export const PCI_CACHE_LINE_SIZE = 0x0c;
export const PCI_LATENCY_TIMER = 0x0d;
export const PCI_BASE_ADDRESS_0 = 0x10;
export const PCI_SUBSYSTEM_VENDOR_ID = 0x2c;
export const PCI_SUBSYSTEM_ID = 0x2e;
export const PCI_CAPABILITY_LIST = 0x34;
export const PCI_INTERRUPT_LINE = 0x3c;
export const PCI_INTERRUPT_PIN = 0x3d;

// Command (6.2.2)
export const PCI_COMMAND_MEMORY = 1 << 1;
export const PCI_COMMAND_MASTER = 1 << 2;
export const PCI_COMMAND_PARITY = 1 << 6;
export const PCI_COMMAND_SERR = 1 << 8;
export const PCI_COMMAND_INTX_DISABLE = 1 << 10;

// Status (6.2.3)
export const PCI_STATUS_INTERRUPT = 1 << 3;
export const PCI_STATUS_CAP_LIST = 1 << 4;
export const PCI_STATUS_PARITY = 1 << 8;
export const PCI_STATUS_SIG_TARGET_ABORT = 1 << 11;
export const PCI_STATUS_REC_TARGET_ABORT = 1 << 12;
export const PCI_STATUS_REC_MASTER_ABORT = 1 << 13;
export const PCI_STATUS_SIG_SYSTEM_ERROR = 1 << 14;
export const PCI_STATUS_DETECTED_PARITY = 1 << 15;

/** A function's first pin, INTA# (6.2.4). */
export const PCI_INTERRUPT_PIN_A = 1;

// Each capability begins with its ID and the offset of the next one (6.7)
export const PCI_CAP_ID = 0;
export const PCI_CAP_NEXT = 1;
export const PCI_CAP_ID_MSI = 0x05;
export const PCI_CAP_ID_AF = 0x13;

// MSI with 64-bit addresses and a mask for each vector (6.8.1)
//
//   0x00  ID, next             message control
//   0x04  message address, lower half
//   0x08  message address, upper half
//   0x0c  message data         reserved
//   0x10  mask bits
//   0x14  pending bits
export const PCI_MSI_FLAGS = 0x02;
export const PCI_MSI_ADDRESS_LO = 0x04;
export const PCI_MSI_ADDRESS_HI = 0x08;
export const PCI_MSI_DATA = 0x0c;
export const PCI_MSI_MASK = 0x10;
export const PCI_MSI_PENDING = 0x14;
export const PCI_MSI_SIZE = 0x18;
export const PCI_MSI_FLAGS_ENABLE = 1 << 0;
/** How many vectors the driver gives, as a power of two. */
export const PCI_MSI_FLAGS_QSIZE = 7 << 4;
export const PCI_MSI_FLAGS_64BIT = 1 << 7;
export const PCI_MSI_FLAGS_MASKBIT = 1 << 8;

// Advanced features (ECN "Advanced Capabilities for Conventional PCI", 2006); the last byte is the status, 0 while nothing is under way
export const PCI_AF_LENGTH = 0x02;
export const PCI_AF_CAP = 0x03;
export const PCI_AF_CTRL = 0x04;
export const PCI_AF_SIZE = 0x06;
/** It tells of transactions that are not over, and can be reset alone. A driver may rely on both or on none. */
export const PCI_AF_CAP_TP = 1 << 0;
export const PCI_AF_CAP_FLR = 1 << 1;
export const PCI_AF_CTRL_FLR = 1 << 0;
