// The registers of QEMU's teaching device `edu` (QEMU, "EDU device"), by their offsets in its window.
//
//   0x00  identification           0x80  DMA source, 64 bits
//   0x04  liveness                 0x88  DMA destination, 64 bits
//   0x08  factorial                0x90  DMA count, 64 bits
//   0x20  status                   0x98  DMA command
//   0x24  interrupt status
//   0x60  interrupt raise
//   0x64  interrupt acknowledge

/** 0x00ed in the lower half, major and minor version above; QEMU's is 1.0. */
export const EDU_IDENTIFICATION_VALUE = 0x0100_00ed;

export const EDU_IDENTIFICATION = 0x00;
export const EDU_LIVENESS = 0x04;
export const EDU_FACTORIAL = 0x08;
export const EDU_STATUS = 0x20;
export const EDU_INTERRUPT_STATUS = 0x24;
export const EDU_INTERRUPT_RAISE = 0x60;
export const EDU_INTERRUPT_ACKNOWLEDGE = 0x64;
export const EDU_DMA_SOURCE = 0x80;
export const EDU_DMA_DESTINATION = 0x88;
export const EDU_DMA_COUNT = 0x90;
export const EDU_DMA_COMMAND = 0x98;

/** Words that hold something to read; of 64 bits the lower half first. */
export const EDU_READABLE: readonly number[] = [
  EDU_IDENTIFICATION,
  EDU_LIVENESS,
  EDU_FACTORIAL,
  EDU_STATUS,
  EDU_INTERRUPT_STATUS,
  EDU_DMA_SOURCE,
  EDU_DMA_SOURCE + 4,
  EDU_DMA_DESTINATION,
  EDU_DMA_DESTINATION + 4,
  EDU_DMA_COUNT,
  EDU_DMA_COUNT + 4,
  EDU_DMA_COMMAND,
];

/** Status: a factorial is computed (read-only); an interrupt is wanted when it is. */
export const EDU_STATUS_COMPUTING = 0x01;
export const EDU_STATUS_INTERRUPT = 0x80;

/** Interrupt status: a factorial is computed, a transfer is over; the other bits are for drivers to raise. */
export const EDU_INTERRUPT_FACTORIAL = 0x001;
export const EDU_INTERRUPT_DMA = 0x100;

/** DMA command: start, then busy; from the buffer to memory, and not from memory; an interrupt is wanted at the end. */
export const EDU_DMA_RUN = 0x1;
export const EDU_DMA_TO_MEMORY = 0x2;
export const EDU_DMA_INTERRUPT = 0x4;

/** The buffer, by the addresses that source and destination have in the device. The window does not show it. */
export const EDU_BUFFER_ADDRESS = 0x4_0000;
export const EDU_BUFFER_BYTES = 0x1000;

export const EDU_WINDOW_BYTES = 0x10_0000;

/** Address bits that the device has unless it is built with others (QEMU: `dma_mask`). */
export const EDU_DMA_MASK = 0x0fff_ffffn;
