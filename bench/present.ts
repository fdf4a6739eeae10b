/** Any benchmark's report as tables and sentences. */
import { type ApplyReport, presentApply } from './apply/report.ts';
import { type CaptureReport, presentCapture } from './capture/report.ts';
import { type ChainReport, presentChain } from './chain/report.ts';
import { type FanoutReport, presentFanout } from './fanout/report.ts';
import { type LatencyReport, presentLatency } from './latency/report.ts';
import type { Presented } from './report.ts';
import { presentScale, type ScaleReport } from './scale/report.ts';

export type AnyReport =
  | ApplyReport
  | LatencyReport
  | CaptureReport
  | ScaleReport
  | FanoutReport
  | ChainReport;

export function present(report: AnyReport): Presented {
  switch (report.benchmark) {
    case 'apply':
      return presentApply(report);
    case 'latency':
      return presentLatency(report);
    case 'capture':
      return presentCapture(report);
    case 'scale':
      return presentScale(report);
    case 'fanout':
      return presentFanout(report);
    case 'chain':
      return presentChain(report);
  }
}
