/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * Requests to a virtio-iommu (virtio 1.2, 5.13.6), above all wrong ones: each of `hostile_wrong` has to be refused where
 * domain `domain` has the endpoint, and maps pages 16 to 19 in one.
 */
#ifndef HOSTILE_REQUESTS_H
#define HOSTILE_REQUESTS_H

#include <linux/random.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>

#define HOSTILE_READABLE 1024
#define HOSTILE_WRITABLE 1024
#define HOSTILE_READ_WRITE (VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)
#define HOSTILE_TAIL sizeof(struct virtio_iommu_req_tail)
/* Nobody has this domain, and nobody is this endpoint */
#define HOSTILE_NO_DOMAIN 0xfffe
#define HOSTILE_NO_ENDPOINT 0xabcdef

/* One request: bytes that the device reads, and room for what it writes. It is read from here while it is in the queue. */
struct hostile_request {
	u8 readable[HOSTILE_READABLE];
	u8 writable[HOSTILE_WRITABLE];
	unsigned int length;
	unsigned int room;
	/* One descriptor for each byte that the device reads */
	bool torn;
};

static void hostile_attach(struct hostile_request *request, u32 domain, u32 endpoint, u32 flags)
{
	struct virtio_iommu_req_attach *attach = (void *)request->readable;

	memset(attach, 0, sizeof(*attach));
	attach->head.type = VIRTIO_IOMMU_T_ATTACH;
	attach->domain = cpu_to_le32(domain);
	attach->endpoint = cpu_to_le32(endpoint);
	attach->flags = cpu_to_le32(flags);
	request->length = offsetof(struct virtio_iommu_req_attach, tail);
	request->room = HOSTILE_TAIL;
	request->torn = false;
}

static void hostile_detach(struct hostile_request *request, u32 domain, u32 endpoint)
{
	hostile_attach(request, domain, endpoint, 0);
	request->readable[0] = VIRTIO_IOMMU_T_DETACH;
	request->length = offsetof(struct virtio_iommu_req_detach, tail);
}

static void hostile_map(struct hostile_request *request, u32 domain, u64 start, u64 end, u64 phys, u32 flags)
{
	struct virtio_iommu_req_map *map = (void *)request->readable;

	memset(map, 0, sizeof(*map));
	map->head.type = VIRTIO_IOMMU_T_MAP;
	map->domain = cpu_to_le32(domain);
	map->virt_start = cpu_to_le64(start);
	map->virt_end = cpu_to_le64(end);
	map->phys_start = cpu_to_le64(phys);
	map->flags = cpu_to_le32(flags);
	request->length = offsetof(struct virtio_iommu_req_map, tail);
	request->room = HOSTILE_TAIL;
	request->torn = false;
}

static void hostile_map_page(struct hostile_request *request, u32 domain, u32 page)
{
	u64 start = (u64)page << PAGE_SHIFT;

	hostile_map(request, domain, start, start + PAGE_SIZE - 1, start, HOSTILE_READ_WRITE);
}

static void hostile_unmap(struct hostile_request *request, u32 domain, u64 start, u64 end)
{
	hostile_map(request, domain, start, end, 0, 0);
	request->readable[0] = VIRTIO_IOMMU_T_UNMAP;
	request->length = offsetof(struct virtio_iommu_req_unmap, tail);
}

static void hostile_probe(struct hostile_request *request, u32 endpoint, unsigned int room)
{
	struct virtio_iommu_req_probe *probe = (void *)request->readable;

	memset(probe, 0, sizeof(*probe));
	probe->head.type = VIRTIO_IOMMU_T_PROBE;
	probe->endpoint = cpu_to_le32(endpoint);
	request->length = sizeof(*probe);
	request->room = room;
	request->torn = false;
}

/* A request that has to be refused. Any number is good; kinds come by turns. */
static void hostile_wrong(struct hostile_request *request, u32 number, u32 domain, u32 endpoint)
{
	const u64 start = 0x8000, end = 0x8fff;

	switch (number % 28) {
	case 0: /* an unknown type, and bytes that mean nothing */
		get_random_bytes(request->readable, 64);
		request->readable[0] = 0x40 + number % 0xc0;
		request->length = 1 + number % 64;
		request->room = HOSTILE_TAIL;
		request->torn = false;
		break;
	case 1: /* nothing to read */
		hostile_map_page(request, domain, 1);
		request->length = 0;
		break;
	case 2: /* cut off */
		hostile_map_page(request, domain, 1);
		request->length = 1 + number % (request->length - 1);
		break;
	case 3: /* no room for the answer */
		hostile_map_page(request, domain, 1);
		request->room = 0;
		break;
	case 4: /* not enough room for it */
		hostile_map_page(request, domain, 1);
		request->room = 1 + number % 3;
		break;
	case 5:
		hostile_attach(request, domain, HOSTILE_NO_ENDPOINT, 0);
		break;
	case 6:
		hostile_attach(request, 0x10000 + number, endpoint, 0);
		break;
	case 7:
		hostile_attach(request, domain, endpoint, 0x80000000);
		break;
	case 8: /* a reserved byte */
		hostile_attach(request, domain, endpoint, 0);
		request->readable[offsetof(struct virtio_iommu_req_attach, reserved)] = 0xff;
		break;
	case 9:
		hostile_detach(request, HOSTILE_NO_DOMAIN, endpoint);
		break;
	case 10:
		hostile_detach(request, domain, HOSTILE_NO_ENDPOINT);
		break;
	case 11:
		hostile_map(request, HOSTILE_NO_DOMAIN, start, end, 0, HOSTILE_READ_WRITE);
		break;
	case 12:
		hostile_map(request, domain, start, end, 0, 0x80);
		break;
	case 13: /* unaligned, each of the three addresses */
		hostile_map(request, domain, start + 1, end, 0, HOSTILE_READ_WRITE);
		break;
	case 14:
		hostile_map(request, domain, start, end - 1, 0, HOSTILE_READ_WRITE);
		break;
	case 15:
		hostile_map(request, domain, start, end, 0x123, HOSTILE_READ_WRITE);
		break;
	case 16: /* ends before it begins */
		hostile_map(request, domain, start, start - 1, 0, HOSTILE_READ_WRITE);
		break;
	case 17: /* above the input range */
		hostile_map(request, domain, 1ull << 32, (1ull << 32) + 0xfff, 0, HOSTILE_READ_WRITE);
		break;
	case 18: /* all there is */
		hostile_map(request, domain, 0, ~0ull, 0, HOSTILE_READ_WRITE);
		break;
	case 19: /* the window of interrupt messages */
		hostile_map(request, domain, 0xfee00000, 0xfee00fff, 0, HOSTILE_READ_WRITE);
		break;
	case 20: /* guest-physical addresses that run past the last one */
		hostile_map(request, domain, start, end + 0x1000, ~0xfffull, HOSTILE_READ_WRITE);
		break;
	case 21: /* overlaps */
		hostile_map_page(request, domain, 16 + number % 4);
		break;
	case 22: /* would split */
		hostile_unmap(request, domain, 0x10000, 0x10fff);
		break;
	case 23:
		hostile_unmap(request, HOSTILE_NO_DOMAIN, 0, end);
		break;
	case 24: /* removes nothing, as it ends before it begins */
		hostile_unmap(request, domain, end + 1, start);
		break;
	case 25:
		hostile_probe(request, HOSTILE_NO_ENDPOINT, 512 + HOSTILE_TAIL);
		break;
	case 26: /* no room for all properties */
		hostile_probe(request, endpoint, 40);
		break;
	case 27: /* a wrong one again, in as many descriptors as it has bytes */
		hostile_map_page(request, domain, 16 + number % 4);
		request->torn = true;
		break;
	}
}

#endif
