// A sparkline as the `d` of an SVG path.

/** An area of `width` x `height` under the samples, newest at the right; square-root scale, so that small traffic shows. */
export function sparklinePath(
  samples: readonly number[],
  capacity: number,
  width: number,
  height: number,
): string {
  const most = Math.max(1, ...samples);
  const step = width / Math.max(1, capacity - 1);
  const left = width - (samples.length - 1) * step;
  const points = samples.map((sample, index) => {
    const x = left + index * step;
    const y = height - Math.sqrt(sample / most) * height;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  if (points.length < 2) return '';
  return `M${left.toFixed(1)} ${height}L${points.join('L')}L${width} ${height}Z`;
}
