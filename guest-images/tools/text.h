/*
 * What the guest's tools print with and read small files with. Everything is built with nolibc (Linux's
 * tools/include/nolibc), which has a printf without widths that writes piece by piece; this one collects a line.
 */
#ifndef TEXT_H
#define TEXT_H

#include <linux/types.h>

/* The tool's name, which its messages begin with. Each tool defines it. */
extern const char tool[];

static struct {
	char bytes[1024];
	unsigned int length;
} line;

static void flush(int fd)
{
	unsigned int done = 0;

	while (done < line.length) {
		ssize_t count = write(fd, line.bytes + done, line.length - done);

		if (count <= 0)
			break;
		done += count;
	}
	line.length = 0;
}

static void put(char c)
{
	if (line.length == sizeof(line.bytes))
		flush(1);
	line.bytes[line.length++] = c;
}

static void put_number(__u64 value, unsigned int base, unsigned int digits)
{
	char text[24];
	unsigned int length = 0;

	do {
		unsigned int digit = value % base;

		text[length++] = digit < 10 ? '0' + digit : 'a' + digit - 10;
		value /= base;
	} while (value || length < digits);
	while (length)
		put(text[--length]);
}

/* s cut or filled to a column's width */
static void put_column(const char *s, unsigned int width)
{
	while (*s || width) {
		put(*s ? *s++ : ' ');
		if (width)
			width--;
	}
}

/* %s, %d, %u, %x (u32), %X (u64, both without 0x), %w (width, then text), %q (text as JSON, with its quotes), %% */
static void format(const char *fmt, va_list values)
{
	for (; *fmt; fmt++) {
		const char *s;
		int number;

		if (*fmt != '%') {
			put(*fmt);
			continue;
		}
		switch (*++fmt) {
		case 's':
			put_column(va_arg(values, const char *), 0);
			break;
		case 'w':
			number = va_arg(values, int);
			put_column(va_arg(values, const char *), number);
			break;
		case 'd':
			number = va_arg(values, int);
			if (number < 0)
				put('-');
			put_number(number < 0 ? -(unsigned int)number : (unsigned int)number, 10, 1);
			break;
		case 'u':
			put_number(va_arg(values, unsigned int), 10, 1);
			break;
		case 'x':
			put_number(va_arg(values, unsigned int), 16, 1);
			break;
		case 'X':
			put_number(va_arg(values, __u64), 16, 1);
			break;
		case 'q':
			put('"');
			for (s = va_arg(values, const char *); *s; s++) {
				if (*s == '"' || *s == '\\')
					put('\\');
				put(*s < ' ' || *s > '~' ? '?' : *s);
			}
			put('"');
			break;
		default:
			put(*fmt);
		}
	}
}

static void print(const char *fmt, ...)
{
	va_list values;

	va_start(values, fmt);
	format(fmt, values);
	va_end(values);
	if (line.length && line.bytes[line.length - 1] == '\n')
		flush(1);
}

/* What a tool puts back before die() ends it */
static void (*before_end)(void);

/* Ends the tool with status 2: it could not do what it was asked for. The text says what to do. */
static __attribute__((noreturn)) void die(const char *fmt, ...)
{
	va_list values;

	flush(1);
	put_column(tool, 0);
	put_column(": ", 0);
	va_start(values, fmt);
	format(fmt, values);
	va_end(values);
	put('\n');
	flush(2);
	if (before_end)
		before_end();
	exit(2);
}

/* a, b and c after each other; ends the tool when they do not fit */
static void join(char *into, unsigned int size, const char *a, const char *b, const char *c)
{
	if (strlen(a) + strlen(b) + strlen(c) >= size)
		die("the name %s%s%s is too long", a, b, c);
	strcpy(into, a);
	strcpy(into + strlen(into), b);
	strcpy(into + strlen(into), c);
}

/* A file's first line, without its end. False, and an empty text, when there is none. */
static int read_line(const char *path, char *into, unsigned int size)
{
	int fd = open(path, O_RDONLY);
	ssize_t count = fd < 0 ? -1 : read(fd, into, size - 1);
	char *end;

	if (fd >= 0)
		close(fd);
	into[count < 0 ? 0 : count] = 0;
	end = strchr(into, '\n');
	if (end)
		*end = 0;
	return count >= 0;
}

/* Writes a text to a file of /sys or /proc: 0, or the error */
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* The last part of what a symbolic link names. False, and an empty text, when there is no such link. */
static int read_link(const char *path, char *into, unsigned int size)
{
	char target[256];
	long count = my_syscall3(__NR_readlink, path, target, sizeof(target) - 1);
	char *slash;

	*into = 0;
	if (count < 0)
		return 0;
	target[count] = 0;
	slash = strrchr(target, '/');
	strlcpy(into, slash ? slash + 1 : target, size);
	return 1;
}

/* Reads and writes at a place of 64 bits, which nolibc's lseek has not */
static long read_at(int fd, void *into, size_t count, __u64 place)
{
	return my_syscall5(__NR_pread64, fd, into, count, (__u32)place, (__u32)(place >> 32));
}

static long write_at(int fd, const void *from, size_t count, __u64 place)
{
	return my_syscall5(__NR_pwrite64, fd, from, count, (__u32)place, (__u32)(place >> 32));
}

/* The names in a folder, in the order of their numbers or letters, at most 64. Returns how many. */
#define MAX_NAMES 64
#define NAME_SIZE 64

static int comes_before(const char *a, const char *b)
{
	if (isdigit(*a) && isdigit(*b) && strlen(a) != strlen(b) && !strchr(a, ':'))
		return strlen(a) < strlen(b);
	return strcmp(a, b) < 0;
}

static int list_folder(const char *path, char names[MAX_NAMES][NAME_SIZE])
{
	static char entries[2048];
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	int count = 0;
	int bytes;

	if (fd < 0)
		return 0;
	while ((bytes = getdents64(fd, (void *)entries, sizeof(entries))) > 0) {
		for (int at = 0; at < bytes;) {
			struct linux_dirent64 *entry = (void *)(entries + at);
			int place = count;

			at += entry->d_reclen;
			if (entry->d_name[0] == '.' || count == MAX_NAMES || strlen(entry->d_name) >= NAME_SIZE)
				continue;
			for (; place > 0 && comes_before(entry->d_name, names[place - 1]); place--)
				strcpy(names[place], names[place - 1]);
			strcpy(names[place], entry->d_name);
			count++;
		}
	}
	close(fd);
	return count;
}

#endif
