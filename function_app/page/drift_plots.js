// The reports over time: evidence, share of positives, accuracy.

import { percent, t } from "./language.js";
import { linePlot } from "./line_plot.js";

/** The figures for reports, the oldest first. */
export function driftPlots(reports) {
  const at = (report) => new Date(report.created);
  const { reference_positive_rate: reference, accuracy, votes } = reports.at(-1);
  const figures = [
    linePlot({
      title: t("plot.evidence"),
      note: t("plot.evidence_note"),
      points: reports.map((one) => ({ at: at(one), values: [Math.max(0, one.evidence.log_e / one.evidence.alarm_at)] })),
      series: [{ name: t("plot.evidence_line"), kind: "main" }],
      marks: [{ value: 1, name: t("plot.alarm"), kind: "alarm" }],
      format: (value, exact) => percent(value, exact ? 1 : 0),
      least: 0,
      most: 1.1,
    }),
    linePlot({
      title: t("plot.positive"),
      points: reports.map((one) => ({ at: at(one), values: [one.positive_rate ?? null] })),
      series: [{ name: t("plot.positive_line"), kind: "positive" }],
      marks: Number.isFinite(reference) ? [{ value: reference, name: t("plot.reference"), kind: "reference" }] : [],
      format: (value, exact) => percent(value, exact ? 1 : 0),
      least: 0,
      most: 1,
    }),
  ];
  const hasAccuracy = reports.some((one) => one.accuracy || one.votes?.error_rate != null);
  if (hasAccuracy) figures.push(accuracyPlot(reports, at, accuracy?.reference ?? (votes?.expected == null ? undefined : 1 - votes.expected)));
  return figures;
}

function accuracyPlot(reports, at, expected) {
  return linePlot({
    title: t("plot.accuracy"),
    note: t("plot.accuracy_note"),
    points: reports.map((one) => ({
      at: at(one),
      values: [one.accuracy?.estimate ?? null, one.votes?.error_rate == null ? null : 1 - one.votes.error_rate],
      report: one,
    })),
    series: [
      { name: t("plot.estimated"), kind: "main", low: ({ report }) => report.accuracy?.low, high: ({ report }) => report.accuracy?.high },
      { name: t("plot.by_votes"), kind: "votes" },
    ],
    marks: Number.isFinite(expected) ? [{ value: expected, name: t("plot.held_out"), kind: "reference" }] : [],
    format: (value, exact) => percent(value, exact ? 1 : 0),
    most: 1,
  });
}
