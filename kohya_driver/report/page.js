// Draws the page's charts from the data beside them, again when the colours or the width change.
(function () {
  "use strict";
  var root = document.documentElement;
  var figures = Array.prototype.slice.call(document.querySelectorAll("figure.chart"));
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var FONT = "12px system-ui, -apple-system, 'PingFang SC', 'Noto Sans CJK SC', sans-serif";
  var STEPS = [1, 2, 5];

  function colour(name) {
    return getComputedStyle(root).getPropertyValue("--" + name).trim();
  }

  function short(value) {
    if (value === null || value === undefined) { return ""; }
    var size = Math.abs(value);
    if (size && size < 1e-3) { return value.toExponential(2).replace(/\.?0+e/, "e").replace("e-", "e\u2212"); }
    if (size >= 1000) { return Math.round(value).toLocaleString(root.lang); }
    return String(Number(value.toPrecision(4)));
  }

  function whole(values) {
    return values.every(function (value) { return value === Math.round(value); });
  }

  // Distances between two marks of an axis: 1, 2, 5, 10 …, no fractions where the values have none.
  function distances(from) {
    var found = [];
    for (var power = from; power < 16; power++) {
      STEPS.forEach(function (step) { found.push(Number((step + "e" + power))); });
    }
    return found;
  }

  function series(one, count) {
    var stroke = colour("c" + one.colour);
    if (one.style === "dots") {
      return { stroke: stroke, width: 1.5, dash: [4, 4], spanGaps: true,
        points: { show: true, size: 8, fill: stroke, stroke: stroke } };
    }
    var few = { show: count < 40, size: 5, fill: stroke, stroke: stroke };
    if (one.style === "faint") { return { stroke: stroke, width: 1, alpha: 0.28, points: { show: count === 1, size: 6 }, spanGaps: false }; }
    return { stroke: stroke, width: one.style === "dashed" ? 1.75 : 2.25, dash: one.style === "dashed" ? [6, 5] : undefined,
      points: one.style === "dashed" ? { show: false } : few, spanGaps: false };
  }

  function markLines(marks) {
    return function (plot) {
      var pen = plot.ctx, box = plot.bbox, ratio = window.devicePixelRatio || 1;
      marks.forEach(function (mark) {
        var x = Math.round(plot.valToPos(mark.x, "x", true));
        if (x < box.left || x > box.left + box.width) { return; }
        pen.save();
        pen.strokeStyle = pen.fillStyle = colour("dim");
        pen.lineWidth = ratio;
        pen.setLineDash([3 * ratio, 4 * ratio]);
        pen.beginPath(); pen.moveTo(x, box.top); pen.lineTo(x, box.top + box.height); pen.stroke();
        pen.font = FONT.replace("12px", 11 * ratio + "px");
        pen.fillText(mark.label, x + 4 * ratio, box.top + 12 * ratio);
        pen.restore();
      });
    };
  }

  function reading(figure, body) {
    var places = Array.prototype.slice.call(figure.querySelectorAll(".key b"));
    return function (plot) {
      var at = plot.cursor.idx;
      places.forEach(function (place, index) {
        var value = at === null || at === undefined ? null : plot.data[index + 1][at];
        place.textContent = value === null || value === undefined ? "" : short(value);
      });
      var label = figure.querySelector(".at");
      label.textContent = at === null || at === undefined ? "" : body.x + " " + short(plot.data[0][at]);
    };
  }

  function draw(figure) {
    var body = JSON.parse(figure.querySelector("script").textContent);
    var place = figure.querySelector(".plot");
    var axis = {
      stroke: colour("dim"), font: FONT, grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1, size: 5 }
    };
    function labels(plot, values) { return values.map(short); }
    var x = Object.assign({}, axis, { label: body.x, labelFont: FONT, labelSize: 18, size: 30, space: 60, values: labels,
      incrs: distances(whole(body.data[0]) ? 0 : -4) });
    var y = Object.assign({}, axis, { size: function (plot, values) {
      var longest = (values || []).reduce(function (most, text) { return Math.max(most, text.length); }, 3);
      return 16 + longest * 7;
    }, space: 36, values: labels, incrs: distances(-15) });
    var scales = { x: { time: false }, y: body.scale ? { range: function (plot, low, high) { return body.scale; } } : {} };
    var old = place.querySelector(".uplot, .still");
    if (old) { old.remove(); }
    return new window.uPlot({
      width: place.clientWidth, height: parseInt(getComputedStyle(place).minHeight, 10),
      scales: scales, axes: [x, y], legend: { show: false }, padding: [8, 22, 0, 0],
      cursor: { y: false, points: { size: 7 } },
      series: [{}].concat(body.series.map(function (one) { return series(one, body.data[0].length); })),
      hooks: { draw: [markLines(body.marks)], setCursor: [reading(figure, body)] }
    }, body.data, place);
  }

  var drawn = [];
  function drawAll() {
    drawn.forEach(function (plot) { plot.destroy(); });
    drawn = figures.map(draw);
  }

  function fit() {
    figures.forEach(function (figure, index) {
      var place = figure.querySelector(".plot"), width = place.clientWidth;
      if (width && width !== drawn[index].width) {
        drawn[index].setSize({ width: width, height: parseInt(getComputedStyle(place).minHeight, 10) });
      }
    });
  }

  figures.forEach(function (figure) {
    var at = document.createElement("li");
    at.className = "at";
    figure.querySelector(".key").appendChild(at);
  });
  Array.prototype.slice.call(document.querySelectorAll(".hint")).forEach(function (one) { one.hidden = false; });
  drawAll();
  window.addEventListener("resize", fit);
  dark.addEventListener("change", drawAll);

  var button = document.querySelector("button.theme");
  button.hidden = false;
  button.addEventListener("click", function () {
    var now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    drawAll();
  });

  // On paper it is light, as wide as the paper, and nothing is folded: there is nobody to open it.
  var before, opened = [];
  window.addEventListener("beforeprint", function () {
    before = root.dataset.theme;
    root.dataset.theme = "light";
    opened = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (one) { one.open = true; });
    drawAll();
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
    if (before) { root.dataset.theme = before; } else { delete root.dataset.theme; }
    drawAll();
  });
})();
