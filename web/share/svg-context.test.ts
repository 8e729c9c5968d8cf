import { describe, expect, it } from 'vitest';
import { SvgContext } from './svg-context.ts';

const FRAME = { width: 100, height: 50, margin: 8, title: 'A <wall> & "more"', ground: '#fff' };

function drawn(draw: (context: SvgContext) => void): string {
  const context = new SvgContext(() => {
    throw new Error('nothing is measured');
  });
  draw(context);
  return context.document(FRAME);
}

describe('what is painted as SVG', () => {
  it('is a drawing of its size, with its words escaped', () => {
    const svg = drawn((context) => {
      context.font = '650 13px Inter, "Segoe UI"';
      context.fillStyle = '#123456';
      context.fillText('a < b & c', 1, 2);
    });
    expect(svg).toMatch(/^<svg xmlns="[^"]+" width="100" height="50" viewBox="-8 -8 100 50"/);
    expect(svg).toContain('<title>A &lt;wall&gt; &amp; &quot;more&quot;</title>');
    expect(svg).toContain('font-family="Inter, &quot;Segoe UI&quot;" font-size="13"');
    expect(svg).toContain('fill="#123456">a &lt; b &amp; c</text>');
  });

  it('has boxes of one look in one element', () => {
    const svg = drawn((context) => {
      context.fillStyle = 'red';
      context.fillRect(0, 0, 2, 2);
      context.fillRect(3, 0, 2, 2);
      context.globalAlpha = 0.5;
      context.fillRect(6, 0, 2, 2);
    });
    expect(svg).toContain('<path d="M0 0h2v2h-2zM3 0h2v2h-2z" fill="red"/>');
    expect(svg).toContain('<path d="M6 0h2v2h-2z" fill="red" opacity="0.5"/>');
  });

  it('keeps looks and clips apart as a canvas does, clips within clips', () => {
    const svg = drawn((context) => {
      context.save();
      context.beginPath();
      context.rect(0, 0, 10, 10);
      context.clip();
      context.save();
      context.beginPath();
      context.rect(5, 5, 10, 10);
      context.clip();
      context.strokeStyle = 'blue';
      context.beginPath();
      context.moveTo(0, 0);
      context.lineTo(9.999, 1 / 3);
      context.stroke();
      context.restore();
      context.restore();
      context.beginPath();
      context.arc(5, 5, 2);
      context.fill();
    });
    expect(svg).toContain('<clipPath id="c1"><path d="M0 0h10v10h-10z"/></clipPath>');
    expect(svg).toContain('<clipPath id="c2" clip-path="url(#c1)">');
    expect(svg).toContain('d="M0 0L10 0.33" fill="none" stroke="blue"');
    expect(svg).toContain('clip-path="url(#c2)"/>');
    expect(svg).toMatch(/<path d="M3 5a2 2 [^"]+" fill="#000"\/>/);
  });
});
