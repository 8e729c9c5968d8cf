/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Takes the device away from its driver, by its registers (virtio 1.2, 4.2.2), and gives it rings that are wrong in every way
 * (2.7). Each time it has to say that it needs a reset, or to do nothing; and to work again after that reset.
 */
#ifndef HOSTILE_RINGS_H
#define HOSTILE_RINGS_H

#include <linux/io.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include "hostile-requests.h"

#define HOSTILE_RING_SIZE 16
#define HOSTILE_RING_KINDS 16
#define HOSTILE_VERSION_1 (1u << (VIRTIO_F_VERSION_1 - 32))
/* Where this machine has neither memory nor a device */
#define HOSTILE_NOWHERE 0x7ffffff0000ull

struct hostile_rings {
	struct vring_desc desc[HOSTILE_RING_SIZE];
	struct {
		__virtio16 flags, idx, ring[HOSTILE_RING_SIZE], event;
	} avail __aligned(4);
	struct {
		__virtio16 flags, idx;
		struct vring_used_elem ring[HOSTILE_RING_SIZE];
		__virtio16 event;
	} used __aligned(4);
	struct hostile_request request;
};

struct hostile_taken {
	void __iomem *registers;
	struct hostile_rings *rings;
};

static void hostile_write(struct hostile_taken *taken, unsigned int offset, u32 value)
{
	writel(value, taken->registers + offset);
}

static void hostile_write_address(struct hostile_taken *taken, unsigned int low, u64 address)
{
	hostile_write(taken, low, lower_32_bits(address));
	hostile_write(taken, low + 4, upper_32_bits(address));
}

static u32 hostile_status(struct hostile_taken *taken)
{
	return readl(taken->registers + VIRTIO_MMIO_STATUS);
}

static void hostile_descriptor(struct hostile_rings *rings, u16 index, u64 address, u32 length, u16 flags, u16 next)
{
	rings->desc[index].addr = cpu_to_le64(address);
	rings->desc[index].len = cpu_to_le32(length);
	rings->desc[index].flags = cpu_to_le16(flags);
	rings->desc[index].next = cpu_to_le16(next);
}

/* Resets the device and starts it as a driver does. In its rings is then one request that is right: a PROBE. */
static void hostile_begin(struct hostile_taken *taken, u32 endpoint)
{
	struct hostile_rings *rings = taken->rings;
	u32 status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
	u32 low;

	hostile_write(taken, VIRTIO_MMIO_STATUS, 0);
	hostile_write(taken, VIRTIO_MMIO_STATUS, status);
	hostile_write(taken, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	low = readl(taken->registers + VIRTIO_MMIO_DEVICE_FEATURES) & 0xffffff;
	hostile_write(taken, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	hostile_write(taken, VIRTIO_MMIO_DRIVER_FEATURES, low);
	hostile_write(taken, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	hostile_write(taken, VIRTIO_MMIO_DRIVER_FEATURES, HOSTILE_VERSION_1);
	status |= VIRTIO_CONFIG_S_FEATURES_OK;
	hostile_write(taken, VIRTIO_MMIO_STATUS, status);

	memset(rings, 0, sizeof(*rings));
	hostile_probe(&rings->request, endpoint, 512 + HOSTILE_TAIL);
	hostile_descriptor(rings, 0, virt_to_phys(rings->request.readable), rings->request.length, VRING_DESC_F_NEXT, 1);
	hostile_descriptor(rings, 1, virt_to_phys(rings->request.writable), rings->request.room, VRING_DESC_F_WRITE, 0);
	rings->avail.idx = cpu_to_le16(1);
	memset(rings->request.writable, 0xff, HOSTILE_WRITABLE);

	hostile_write(taken, VIRTIO_MMIO_QUEUE_SEL, 0);
	hostile_write(taken, VIRTIO_MMIO_QUEUE_NUM, HOSTILE_RING_SIZE);
	hostile_write_address(taken, VIRTIO_MMIO_QUEUE_DESC_LOW, virt_to_phys(&rings->desc));
	hostile_write_address(taken, VIRTIO_MMIO_QUEUE_AVAIL_LOW, virt_to_phys(&rings->avail));
	hostile_write_address(taken, VIRTIO_MMIO_QUEUE_USED_LOW, virt_to_phys(&rings->used));
	hostile_write(taken, VIRTIO_MMIO_QUEUE_READY, 1);
	hostile_write(taken, VIRTIO_MMIO_STATUS, status | VIRTIO_CONFIG_S_DRIVER_OK);
}

/* Whether the request that is right was carried out. */
static bool hostile_works(struct hostile_taken *taken, u32 endpoint)
{
	struct hostile_rings *rings = taken->rings;

	hostile_begin(taken, endpoint);
	hostile_write(taken, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	return le16_to_cpu(rings->used.idx) == 1 && rings->request.writable[512] == VIRTIO_IOMMU_S_OK;
}

/* Makes one thing wrong in rings that are right. */
static void hostile_spoil(struct hostile_taken *taken, unsigned int number)
{
	struct hostile_rings *rings = taken->rings;

	switch (number % HOSTILE_RING_KINDS) {
	case 0: /* a chain that leads to itself */
		rings->desc[0].next = 0;
		break;
	case 1: /* a loop behind the answer */
		hostile_descriptor(rings, 1, virt_to_phys(rings->request.writable), 4, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 1);
		break;
	case 2: /* behind the end of the table */
		rings->desc[0].next = cpu_to_le16(HOSTILE_RING_SIZE + number % 1000);
		break;
	case 3: /* reads from nowhere */
		rings->desc[0].addr = cpu_to_le64(HOSTILE_NOWHERE);
		break;
	case 4: /* writes to nowhere */
		rings->desc[1].addr = cpu_to_le64(HOSTILE_NOWHERE);
		break;
	case 5: /* reads 4 GiB */
		rings->desc[0].len = cpu_to_le32(~0u);
		break;
	case 6: /* writes 4 GiB */
		rings->desc[1].len = cpu_to_le32(~0u);
		break;
	case 7: /* wraps behind the last address */
		hostile_descriptor(rings, 0, ~0ull - 3, 72, VRING_DESC_F_NEXT, 1);
		break;
	case 8: /* the answer before the request */
		rings->desc[0].flags = cpu_to_le16(VRING_DESC_F_WRITE | VRING_DESC_F_NEXT);
		rings->desc[1].flags = 0;
		break;
	case 9: /* a table of descriptors, which was not agreed upon */
		rings->desc[0].flags = cpu_to_le16(VRING_DESC_F_INDIRECT);
		break;
	case 10: /* a head behind the end of the table */
		rings->avail.ring[0] = cpu_to_le16(0xffff - number % 1000);
		break;
	case 11: /* more buffers than the ring has */
		rings->avail.idx = cpu_to_le16(HOSTILE_RING_SIZE + 1 + number % 1000);
		break;
	case 12: /* rings that lie nowhere */
		hostile_write(taken, VIRTIO_MMIO_QUEUE_READY, 0);
		hostile_write_address(taken, VIRTIO_MMIO_QUEUE_AVAIL_LOW, HOSTILE_NOWHERE);
		hostile_write(taken, VIRTIO_MMIO_QUEUE_READY, 1);
		break;
	case 13: /* a queue of no size that a queue can have */
		hostile_write(taken, VIRTIO_MMIO_QUEUE_READY, 0);
		hostile_write(taken, VIRTIO_MMIO_QUEUE_NUM, number % 2 ? 0 : 0xffff);
		hostile_write(taken, VIRTIO_MMIO_QUEUE_READY, 1);
		break;
	case 14: /* queues that do not exist */
		hostile_write(taken, VIRTIO_MMIO_QUEUE_SEL, 1000 + number);
		hostile_write(taken, VIRTIO_MMIO_QUEUE_READY, 1);
		hostile_write(taken, VIRTIO_MMIO_QUEUE_NOTIFY, 1000 + number);
		rings->avail.idx = 0;
		break;
	case 15: /* one buffer many times */
		rings->avail.idx = cpu_to_le16(HOSTILE_RING_SIZE);
		rings->desc[1].len = cpu_to_le32(1);
		break;
	}
}

#endif
