// The canvas of the picture: gives the painter its size, its theme and what it shows, and tells what is pointed at.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Part } from '../picture/hit.ts';
import { PicturePainter, type PainterPorts, type PictureContent } from '../picture/painter.ts';
import { theme } from '../theme.ts';

export interface PictureCanvasProps extends PainterPorts {
  readonly content: PictureContent | null;
  /** The picture as a sentence. */
  readonly label: string;
  /** Counts what may have brought accesses: with each the painter looks. */
  readonly frame: ReadonlySignal<number>;
  readonly onPoint: (part: Part | null) => void;
  readonly onPick: (part: Part | null) => void;
  readonly onOpen: (part: Part | null) => void;
}

export function PictureCanvas(props: PictureCanvasProps): JSX.Element {
  const { now, onNextFrame, takeAccesses, content, label, frame } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const painter = useRef<PicturePainter | null>(null);
  const currentTheme = theme.value;

  useLayoutEffect(() => {
    const [element, over] = [canvas.current, layer.current];
    if (element === null || over === null) return undefined;
    const own = new PicturePainter(element, over, { now, onNextFrame, takeAccesses });
    painter.current = own;
    const resize = new ResizeObserver(() =>
      own.resize({ width: element.clientWidth, height: element.clientHeight }),
    );
    resize.observe(element);
    const stop = frame.subscribe(() => own.draw());
    return () => {
      stop();
      resize.disconnect();
      own.dispose();
      painter.current = null;
    };
  }, [now, onNextFrame, takeAccesses, frame]);
  useEffect(() => painter.current?.recolor(), [currentTheme]);
  useLayoutEffect(() => painter.current?.show(content), [content]);

  const partOf = (event: MouseEvent): Part | null =>
    painter.current?.partAt(event.offsetX, event.offsetY) ?? null;
  return (
    <>
      <canvas
        ref={canvas}
        class="picture"
        role="img"
        aria-label={label}
        onMouseMove={(event) => props.onPoint(partOf(event))}
        onMouseLeave={() => props.onPoint(null)}
        onClick={(event) => props.onPick(partOf(event))}
        onDblClick={(event) => props.onOpen(partOf(event))}
      />
      <div ref={layer} class="pulses" />
    </>
  );
}
