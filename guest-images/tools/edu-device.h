/*
 * The teaching device "edu" (PCI 1234:11e8) as a user's program sees it: where it is, its registers in BAR 0, and its
 * DMA engine. Whoever includes this has mapped BAR 0 and set `registers`.
 */
#ifndef EDU_DEVICE_H
#define EDU_DEVICE_H

#include "text.h"

#define EDU_ID 0x00
#define EDU_FACTORIAL 0x08
#define EDU_STATUS 0x20
#define EDU_IRQ_STATUS 0x24
#define EDU_IRQ_RAISE 0x60
#define EDU_IRQ_ACK 0x64
#define EDU_DMA_SOURCE 0x80
#define EDU_DMA_TARGET 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_COMMAND 0x98
#define EDU_DMA_START 0x01
#define EDU_DMA_TO_RAM 0x02

/* The device's own memory, as its DMA engine addresses it */
#define EDU_BUFFER 0x40000
#define PAGE 4096
/* It drives 28 address lines */
#define EDU_REACH 0x10000000u

#define DEVICES "/sys/bus/pci/devices/"

/* PCI command register: answers to memory accesses, masters the bus */
#define PCI_COMMAND_PLACE 4
#define PCI_MEMORY_AND_MASTER 6

static volatile __u32 *registers;

static __u32 get(unsigned int place)
{
	return registers[place / 4];
}

static void set(unsigned int place, __u32 value)
{
	registers[place / 4] = value;
}

/* The device's address on its bus, 0000:00:05.0; ends the tool when there is none. */
static const char *find_edu(void)
{
	static char names[MAX_NAMES][NAME_SIZE];
	int count = list_folder(DEVICES, names);

	for (int i = 0; i < count; i++) {
		char path[128], vendor[16], device[16];

		join(path, sizeof(path), DEVICES, names[i], "/vendor");
		read_line(path, vendor, sizeof(vendor));
		join(path, sizeof(path), DEVICES, names[i], "/device");
		read_line(path, device, sizeof(device));
		if (!strcmp(vendor, "0x1234") && !strcmp(device, "0x11e8"))
			return names[i];
	}
	die("this PC has no edu device (PCI 1234:11e8): tick it in the page's Machine dialog, or start with"
	    " `viommu boot --edu on`");
}

/* Does one transfer between RAM at an address and the device's memory. False when the device does not end it. */
static int edu_transfer(__u32 address, unsigned int bytes, int to_ram)
{
	set(EDU_DMA_SOURCE, to_ram ? EDU_BUFFER : address);
	set(EDU_DMA_SOURCE + 4, 0);
	set(EDU_DMA_TARGET, to_ram ? address : EDU_BUFFER);
	set(EDU_DMA_TARGET + 4, 0);
	set(EDU_DMA_COUNT, bytes);
	set(EDU_DMA_COUNT + 4, 0);
	set(EDU_DMA_COMMAND, EDU_DMA_START | (to_ram ? EDU_DMA_TO_RAM : 0));
	/* in QEMU it takes a tenth of a second; two seconds are allowed, asleep meanwhile */
	for (int tries = 0; tries < 200; tries++) {
		poll(NULL, 0, 10);
		if (!(get(EDU_DMA_COMMAND) & EDU_DMA_START))
			return 1;
	}
	return 0;
}

/* Bytes that no other place has: the period is not a page's size, and none is 0. */
static __u8 pattern(unsigned int index, unsigned int seed)
{
	return (index * 31 + index / 251 + seed) % 253 + 1;
}

static void fill(volatile __u8 *bytes, unsigned int count, unsigned int seed)
{
	for (unsigned int i = 0; i < count; i++)
		bytes[i] = pattern(i, seed);
}

/* How many of the bytes are those of the pattern */
static unsigned int matches(const volatile __u8 *bytes, unsigned int count, unsigned int seed)
{
	unsigned int same = 0;

	for (unsigned int i = 0; i < count; i++)
		same += bytes[i] == pattern(i, seed);
	return same;
}

#endif
